using System.Globalization;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>Plays all rows side by side: most of a row is waiting, for a lease or a grace period, and none has anything to do with another.</summary>
public sealed class FaultRuns : IAsyncDisposable
{
    /// <summary>A part of the names of the rows to play, for whoever looks into one of them; no report is written then.</summary>
    internal const string RowsVariable = "PROXYSHIM_FAULT_ROWS";

    /// <summary>The seed of an earlier run, to strike at the same moments.</summary>
    internal const string SeedVariable = "PROXYSHIM_FAULT_SEED";

    private const int AtOnceForEachCore = 5;

    // The fixture's, for they outlast the test that starts them.
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly Lazy<IReadOnlyDictionary<string, Task<FaultResult>>> _results;
    private readonly int _seed = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } seed
        ? int.Parse(seed, CultureInfo.InvariantCulture)
        : Random.Shared.Next();

    /// <summary>The rows of this run, each with its number in the whole table.</summary>
    internal static IReadOnlyList<(int Number, FaultRow Row)> Rows { get; } =
        [.. FaultTable.Rows.Index().Where(row => row.Item.Name.Contains(Environment.GetEnvironmentVariable(RowsVariable) ?? "", StringComparison.OrdinalIgnoreCase))];

    /// <summary>Plays nothing yet: that is for the first test that finds what it needs.</summary>
    public FaultRuns() => _results = new(Play);

    /// <summary>What was counted in a row.</summary>
    internal Task<FaultResult> ResultOfAsync(string row) => _results.Value[row];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_results.IsValueCreated)
        {
            return;
        }

        var results = _results.Value.Values;
        await ((Task)Task.WhenAll(results)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var counted = results.Where(result => result.IsCompletedSuccessfully).ToDictionary(result => result.Result.Row, result => result.Result);
        if (counted.Count == FaultTable.Rows.Count)
        {
            FaultReport.Write([.. FaultTable.Rows.Select(row => counted[row])], _seed);
        }
    }

    private Dictionary<string, Task<FaultResult>> Play()
    {
        RunNotes.Write("fault-seed", $"{_seed}", [$"Faults of this run strike at the moments of seed {_seed}; {SeedVariable}={_seed} strikes at the same."]);
        var places = new SemaphoreSlim(Environment.ProcessorCount * AtOnceForEachCore);

        // The last ones wait for leases to run out: they go first, so that the others fill their time.
        return Rows.Reverse().ToDictionary(
            row => row.Row.Name, row => PlayAsync(row.Row, places, new Random(_seed + row.Number), _cancellation), StringComparer.Ordinal);
    }

    private static async Task<FaultResult> PlayAsync(FaultRow row, SemaphoreSlim places, Random random, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            return await FaultRun.PlayAsync(row, random, cancellation);
        }
        finally
        {
            places.Release();
        }
    }
}

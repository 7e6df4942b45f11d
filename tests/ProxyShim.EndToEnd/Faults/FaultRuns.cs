using System.Globalization;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>The rows of the fault table, played side by side.</summary>
public sealed class FaultRuns : IAsyncDisposable
{
    /// <summary>A part of the names of the rows to play, for whoever looks into one of them; no report is written then.</summary>
    internal const string RowsVariable = "PROXYSHIM_FAULT_ROWS";

    /// <summary>The seed of an earlier run, to strike at the same moments.</summary>
    internal const string SeedVariable = "PROXYSHIM_FAULT_SEED";

    private const int AtOnceForEachCore = 5;

    // The fixture's, for they outlast the test that starts them.
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly Lazy<SideBySide<FaultResult>> _results;
    private readonly int _seed = Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } seed
        ? int.Parse(seed, CultureInfo.InvariantCulture)
        : Random.Shared.Next();

    /// <summary>The rows of this run, each with its number in the whole table.</summary>
    internal static IReadOnlyList<(int Number, FaultRow Row)> Rows { get; } =
        [.. FaultTable.Rows.Index().Where(row => row.Item.Name.Contains(Environment.GetEnvironmentVariable(RowsVariable) ?? "", StringComparison.OrdinalIgnoreCase))];

    /// <summary>Plays nothing yet: that is for the first test that finds what it needs.</summary>
    public FaultRuns() => _results = new(Play);

    /// <summary>What was counted in a row.</summary>
    internal Task<FaultResult> ResultOfAsync(string row) => _results.Value.ResultOfAsync(row);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_results.IsValueCreated && await _results.Value.EndAsync() is { } counted && counted.Count == FaultTable.Rows.Count)
        {
            FaultReport.Write([.. FaultTable.Rows.Select(row => counted[row.Name])], _seed);
        }
    }

    private SideBySide<FaultResult> Play()
    {
        RunNotes.Write("fault-seed", $"{_seed}", [$"Faults of this run strike at the moments of seed {_seed}; {SeedVariable}={_seed} strikes at the same."]);
        var rows = Rows.ToDictionary(row => row.Row.Name, StringComparer.Ordinal);

        // The last ones wait for leases to run out: they go first, so that the others fill their time.
        return new(
            Rows.Reverse().Select(row => row.Row.Name), AtOnceForEachCore,
            name => FaultRun.PlayAsync(rows[name].Row, new Random(_seed + rows[name].Number), _cancellation));
    }
}

using ProxyShim.EndToEnd.Harness;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>Plays all rows of the measurement side by side: most of a failover is waiting.</summary>
public sealed class FailoverLossRuns : IAsyncDisposable
{
    private const int AtOnceForEachCore = 4;

    // One is enough to hold the promise; what is published shall not be the luck of one.
    private static readonly int s_rounds = ReportFile.IsWanted ? 5 : 1;

    // The fixture's, for they outlast the test that starts them.
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly Lazy<IReadOnlyDictionary<string, Task<FailoverLoss[]>>> _losses;

    /// <summary>Plays nothing yet: that is for the first test that finds what it needs.</summary>
    public FailoverLossRuns() => _losses = new(Play);

    /// <summary>What each of a row's failovers has cost.</summary>
    internal Task<FailoverLoss[]> LossesOfAsync(FailoverLossCase @case) => _losses.Value[@case.Name];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_losses.IsValueCreated)
        {
            return;
        }

        var all = _losses.Value;
        await ((Task)Task.WhenAll(all.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (all.Values.All(losses => losses.IsCompletedSuccessfully))
        {
            FailoverLossReport.Write([.. FailoverLossCase.All.Select(@case => (@case, (IReadOnlyList<FailoverLoss>)all[@case.Name].Result))]);
        }
    }

    private Dictionary<string, Task<FailoverLoss[]>> Play()
    {
        var places = new SemaphoreSlim(Environment.ProcessorCount * AtOnceForEachCore);

        // Who was being converted when the master died is taken over when a lease has run out: those go first, so that the others fill their time.
        return FailoverLossCase.All.OrderByDescending(@case => @case.Converts).ToDictionary(
            @case => @case.Name,
            @case => Task.WhenAll(Enumerable.Range(0, s_rounds).Select(_ => PlayAsync(@case, places, _cancellation))),
            StringComparer.Ordinal);
    }

    private static async Task<FailoverLoss> PlayAsync(FailoverLossCase @case, SemaphoreSlim places, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            return await FailoverLossRun.PlayAsync(@case, Random.Shared, cancellation);
        }
        finally
        {
            places.Release();
        }
    }
}

using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>Plays all rows of the measurement side by side: most of a failover is waiting.</summary>
public sealed class FailoverLossRuns : IAsyncLifetime
{
    private const int AtOnceForEachCore = 4;

    // One is enough to hold the promise; what is published shall not be the luck of one.
    private static readonly int s_rounds = ReportFile.IsWanted ? 5 : 1;

    private readonly Dictionary<string, Task<FailoverLoss[]>> _losses = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var places = new SemaphoreSlim(Environment.ProcessorCount * AtOnceForEachCore);

        // Who was being converted when the master died is taken over when a lease has run out: those go first, so that the others fill their time.
        foreach (var @case in FailoverLossCase.All.OrderByDescending(@case => @case.Converts))
        {
            _losses.Add(@case.Name, Task.WhenAll(Enumerable.Range(0, s_rounds).Select(_ => PlayAsync(@case, places, cancellation))));
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>What each of a row's failovers has cost.</summary>
    internal Task<FailoverLoss[]> LossesOfAsync(FailoverLossCase @case) => _losses[@case.Name];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ((Task)Task.WhenAll(_losses.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_losses.Values.All(losses => losses.IsCompletedSuccessfully))
        {
            FailoverLossReport.Write([.. FailoverLossCase.All.Select(@case => (@case, (IReadOnlyList<FailoverLoss>)_losses[@case.Name].Result))]);
        }
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

using System.Collections.Concurrent;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>Pages whose messages lose the race against the app's call.</summary>
internal sealed class LateClicks(LedgerView clicks, CancellationToken cancellation)
{
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<Task> _underWay = new();

    /// <summary>The app has a customer.</summary>
    public void Begin(string customer) => _underWay.Enqueue(WriteAsync(customer));

    /// <summary>Ends when the clicks of all who have begun are there.</summary>
    public Task AllAsync() => Task.WhenAll(_underWay);

    private async Task WriteAsync(string customer)
    {
        await Task.Delay(s_late, TimeProvider.System, cancellation);
        await clicks.WriteClicksAsync([customer]);
    }
}

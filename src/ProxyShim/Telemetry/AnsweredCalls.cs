namespace ProxyShim.Telemetry;

/// <summary>Calls that have been answered, and of which something is still to be learned or written down: the shim does not stop before that is done.</summary>
/// <remarks>Each of them ends by itself: what it waits for is Redis, within <c>Redis:Timeout</c>.</remarks>
internal sealed partial class AnsweredCalls(ILogger<AnsweredCalls> logger) : IHostedService
{
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One more than there are, until the shim stops.
    private int _open = 1;

    /// <summary>A call has its answer.</summary>
    public void Begin() => Interlocked.Increment(ref _open);

    /// <summary>Nothing is left to do for it.</summary>
    public void End()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _allEnded.TrySetResult();
        }
    }

    /// <summary>A fault of ours, of which the caller has learned nothing any more.</summary>
    [LoggerMessage(LogLevel.Error, "What was left to do after an answer has failed")]
    public partial void Failed(Exception exception);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        End();
        await _allEnded.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

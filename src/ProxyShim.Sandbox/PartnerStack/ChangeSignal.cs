namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>Wakes those who wait for the next change. Costs nothing while there is no waiter.</summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? _next;

    public void Raise() => Interlocked.Exchange(ref _next, null)?.TrySetResult();

    /// <summary>Take this before looking at the state, so that a change between the look and the wait is not missed.</summary>
    public Task Next()
    {
        while (true)
        {
            if (Volatile.Read(ref _next) is { } current)
            {
                return current.Task;
            }

            var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Interlocked.CompareExchange(ref _next, fresh, null) is null)
            {
                return fresh.Task;
            }
        }
    }
}

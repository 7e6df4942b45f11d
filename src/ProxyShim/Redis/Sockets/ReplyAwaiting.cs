using System.Runtime.CompilerServices;

namespace ProxyShim.Redis.Sockets;

/// <summary>Awaits a reply such that the code after it goes on in the turn in which the reply was read, and not by way of the thread pool.</summary>
internal static class ReplyAwaiting
{
    /// <summary>For the tasks that StackExchange.Redis gives out, and no others.</summary>
    public static Reply<T> ResumeInBatch<T>(this Task<T> reply) => new(reply);

    /// <summary>What <c>await</c> asks for.</summary>
    public readonly struct Reply<T>(Task<T> task) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => task.IsCompleted;

        public Reply<T> GetAwaiter() => this;

        public T GetResult() => task.GetAwaiter().GetResult();

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        // The tasks complete on the thread pool, unless the awaiter has a synchronization context of its own
        // (https://github.com/StackExchange/StackExchange.Redis/blob/main/src/StackExchange.Redis/ResultBox.cs).
        public void UnsafeOnCompleted(Action continuation)
        {
            var former = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(ReplyBatchSynchronizationContext.Instance);
            try
            {
                task.GetAwaiter().UnsafeOnCompleted(continuation);
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(former);
            }
        }
    }

    private sealed class ReplyBatchSynchronizationContext : SynchronizationContext
    {
        public static readonly ReplyBatchSynchronizationContext Instance = new();

        public override void Post(SendOrPostCallback d, object? state)
        {
            if (!ReplyBatch.TryEnqueueContinuation(d, state))
            {
                ThreadPool.UnsafeQueueUserWorkItem(static next => next.d(next.state), (d, state), preferLocal: false);
            }
        }
    }
}

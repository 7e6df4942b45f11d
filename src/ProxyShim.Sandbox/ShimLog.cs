using System.Collections.Concurrent;

namespace ProxyShim.Sandbox;

/// <summary>What the shim prints: kept in a file, shown when wanted, and asked what became of a request. Safe for concurrent use.</summary>
internal sealed class ShimLog(string file, bool show) : IAsyncDisposable
{
    private const int LastLinesKept = 10;

    private static readonly TimeSpan s_eventLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly StreamWriter _writer = new(file) { AutoFlush = true };
    private readonly Queue<string> _lastLines = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<RequestEvent>> _awaited = new();

    /// <summary>Where every line goes.</summary>
    public string File => file;

    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lastLines];
            }
        }
    }

    public void Write(string line)
    {
        lock (_gate)
        {
            _writer.WriteLine(line);
            _lastLines.Enqueue(line);
            if (_lastLines.Count > LastLinesKept)
            {
                _lastLines.Dequeue();
            }
        }

        if (show)
        {
            Console.Out.WriteLine($"shim | {line}");
        }

        if (!_awaited.IsEmpty && RequestEvent.TryRead(line) is { } handled && _awaited.TryRemove(handled.TraceId, out var waiter))
        {
            waiter.TrySetResult(handled);
        }
    }

    /// <summary>Call this before the request with this trace id is sent.</summary>
    /// <returns>What becomes of it; null when the log does not say so in time.</returns>
    public async Task<RequestEvent?> HandledAsync(string traceId, CancellationToken cancellationToken)
    {
        var waiter = _awaited.GetOrAdd(traceId, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            return await waiter.Task.WaitAsync(s_eventLimit, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}

using System.Collections.Concurrent;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Sandbox.Terminal;

namespace ProxyShim.Sandbox.Shim;

/// <summary>What the shim prints: kept in a file, shown when wanted, and asked what became of a request. Safe for concurrent use.</summary>
/// <param name="file">Where every line goes, after what is there already.</param>
/// <param name="shown">Where every line is shown as well; null = nowhere.</param>
internal sealed class ShimLog(string file, Screen? shown) : IAsyncDisposable
{
    private const int LastLinesKept = 10;

    private static readonly TimeSpan s_eventLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly StreamWriter _writer = new(file, append: true) { AutoFlush = true };
    private readonly Queue<string> _lastLines = new();
    private readonly ConcurrentDictionary<string, bool> _followed = new(StringComparer.Ordinal);
    private readonly AppendOnlyList<ShimEvent> _events = new();
    private readonly ChangeSignal _changed = new();

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

    /// <summary>What was said of the requests that are followed, in order. A snapshot.</summary>
    public IReadOnlyList<ShimEvent> Events => _events.Snapshot();

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

        shown?.Verbatim($"shim | {line}");
        if (!_followed.IsEmpty && ShimEvent.TryRead(line) is { } said && _followed.ContainsKey(said.TraceId))
        {
            _events.Add(_ => said);
            _changed.Raise();
        }
    }

    /// <summary>Keeps what is said of this request from now on. Call it before the request is sent.</summary>
    public void Follow(string traceId) => _followed[traceId] = true;

    /// <summary>Ends when something more has been said of a request that is followed. Take it before looking at <see cref="Events"/>.</summary>
    public Task Next() => _changed.Next();

    /// <returns>What became of a request that is followed; null when the log does not say so in time.</returns>
    public async Task<ShimEvent?> HandledAsync(string traceId, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_eventLimit);
        try
        {
            while (true)
            {
                var next = Next();
                if (Events.FirstOrDefault(said => said.Event == "RequestHandled" && said.TraceId == traceId) is { } handled)
                {
                    return handled;
                }

                await next.WaitAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}

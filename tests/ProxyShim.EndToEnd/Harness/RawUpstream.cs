using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>
/// A server on loopback that keeps each request as it was on the wire and answers with the very bytes a test gives. It never says "100 Continue": who waits
/// for that waits in vain.
/// </summary>
public sealed class RawUpstream : IAsyncDisposable
{
    /// <summary>What it answers unless a test says otherwise.</summary>
    public const string PlainAnswer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<RawMessage> _requests = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    /// <summary>Starts it on a free port.</summary>
    public RawUpstream()
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>The requests so far, in order. A proxied one is among them before its answer arrives.</summary>
    public IReadOnlyList<RawMessage> Requests => [.. _requests];

    /// <summary>
    /// The bytes to answer a request with, one character each (Latin-1). An answer without a length, or with <c>Connection: close</c>, ends with the connection.
    /// </summary>
    public Func<RawMessage, string> Answer { get; set; } = _ => PlainAnswer;

    /// <summary>Forgets what came, and answers plainly again.</summary>
    public void Reset()
    {
        Forget();
        Answer = _ => PlainAnswer;
    }

    /// <summary>Forgets what came.</summary>
    public void Forget() => _requests.Clear();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(new RawConnection(await _listener.AcceptSocketAsync(_stopping.Token))));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It stops.
        }
    }

    private async Task ServeAsync(RawConnection connection)
    {
        using var owned = connection;
        try
        {
            while (true)
            {
                var request = await connection.ReadAsync(_stopping.Token);
                _requests.Enqueue(request);
                var answer = Answer(request);
                await connection.SendAsync(Encoding.Latin1.GetBytes(answer), _stopping.Token);
                if (!IsDelimited(answer))
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // It stops, or the client has gone.
        }
    }

    private static bool IsDelimited(string answer)
    {
        var head = answer[..(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2)];
        return !head.Contains("\r\nConnection: close\r\n", StringComparison.Ordinal)
            && (head.Contains("\r\nContent-Length:", StringComparison.OrdinalIgnoreCase) || head.Contains("\r\nTransfer-Encoding:", StringComparison.OrdinalIgnoreCase)
                || head.StartsWith("HTTP/1.1 204", StringComparison.Ordinal) || head.StartsWith("HTTP/1.1 304", StringComparison.Ordinal));
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A server that answers one request on each connection with bytes of the test's choice, and closes it when another comes, or when the first body goes on.</summary>
public sealed class HalfClosingUpstream : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _connections;

    /// <summary>Starts it on a free port.</summary>
    /// <param name="answer">The answer's bytes, one character each (Latin-1).</param>
    /// <param name="readsBodies">Whether it reads a request's body before it answers.</param>
    public HalfClosingUpstream(string answer, bool readsBodies = true)
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync(Encoding.Latin1.GetBytes(answer), readsBodies);
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync(byte[] answer, bool readsBodies)
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(socket, answer, readsBodies));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It stops.
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(Socket socket, byte[] answer, bool readsBodies)
    {
        using var owned = socket;
        try
        {
            var seen = "";
            var buffer = new byte[readsBodies ? 64 * 1024 : 256];
            while (!seen.Contains("\r\n\r\n", StringComparison.Ordinal) || (readsBodies && !seen.EndsWith("{}", StringComparison.Ordinal)))
            {
                var length = await socket.ReceiveAsync(buffer, _stopping.Token);
                if (length == 0)
                {
                    return;
                }

                seen += Encoding.Latin1.GetString(buffer, 0, length);
            }

            await socket.SendAsync(answer, _stopping.Token);
            if (readsBodies)
            {
                // The first byte of another request, or the client's end: either way it is over.
                await socket.ReceiveAsync(buffer.AsMemory(0, 1), _stopping.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // It stops, or the client has gone.
        }
    }
}

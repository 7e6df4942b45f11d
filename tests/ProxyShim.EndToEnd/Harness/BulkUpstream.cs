using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A server on loopback that takes a body without end as fast as it comes, and answers a GET with one.</summary>
public sealed class BulkUpstream : IAsyncDisposable
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private long _taken;
    private long _given;

    /// <summary>Starts it on a free port.</summary>
    public BulkUpstream()
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Bytes of bodies that came.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Bytes of answers that went out.</summary>
    public long Given => Interlocked.Read(ref _given);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        using var owned = socket;
        var buffer = new byte[64 * 1024];
        try
        {
            var length = await socket.ReceiveAsync(buffer, _stopping.Token);
            if (!buffer.AsSpan(0, length).StartsWith("GET "u8))
            {
                while ((length = await socket.ReceiveAsync(buffer, _stopping.Token)) > 0)
                {
                    Interlocked.Add(ref _taken, length);
                }

                return;
            }

            await socket.SendAsync(Encoding.ASCII.GetBytes(Head), _stopping.Token);
            while (true)
            {
                Interlocked.Add(ref _given, await socket.SendAsync(buffer, _stopping.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The other side has gone, or the test is over.
        }
    }
}

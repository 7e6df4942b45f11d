using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A way to a Redis on which each reply takes its time: what leaves within that time has waited for no reply, and makes one round trip.</summary>
public sealed class SlowRedis : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly List<(long At, string Text)> _sent = [];
    private readonly Task _accepting;
    private TimeSpan _delay;

    /// <param name="port">The server's, on loopback.</param>
    public SlowRedis(int port)
    {
        _listener.Start();
        _accepting = AcceptAsync(port);
    }

    /// <summary><c>127.0.0.1:port</c>.</summary>
    public string Endpoint => $"{_listener.LocalEndpoint}";

    /// <summary>From now on each reply is held back so long.</summary>
    public void SlowDown(TimeSpan delay) => _delay = delay;

    /// <summary>The round trips since it is slow in which something was sent that has one of these names in it.</summary>
    public int RoundTripsOf(params string[] names)
    {
        lock (_lock)
        {
            // Timers are not exact: what waited for a reply comes a whole delay later, give or take, and what did not comes at once.
            var (count, began) = (0, default(long?));
            foreach (var (at, _) in _sent.Where(sending => names.Any(name => sending.Text.Contains(name, StringComparison.Ordinal))))
            {
                if (began is null || TimeProvider.System.GetElapsedTime(began.Value, at) > _delay / 2)
                {
                    (count, began) = (count + 1, at);
                }
            }

            return count;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync(int port)
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token), port));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task CarryAsync(TcpClient client, int port)
    {
        using var here = client;
        using var there = new TcpClient { NoDelay = true };
        here.NoDelay = true;
        try
        {
            await there.ConnectAsync(IPAddress.Loopback, port, _end.Token);
            await Task.WhenAny(AskAsync(here.GetStream(), there.GetStream()), ReplyAsync(there.GetStream(), here.GetStream()));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException)
        {
            // One end has gone.
        }
    }

    private async Task AskAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var read)
        {
            lock (_lock)
            {
                _sent.Add((TimeProvider.System.GetTimestamp(), Encoding.Latin1.GetString(buffer, 0, read)));
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }

    private async Task ReplyAsync(NetworkStream from, NetworkStream to)
    {
        var replies = Channel.CreateUnbounded<(long At, byte[] Bytes)>();
        var delivering = DeliverAsync(replies.Reader, to);
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and var read)
        {
            replies.Writer.TryWrite((TimeProvider.System.GetTimestamp(), buffer[..read]));
        }

        replies.Writer.Complete();
        await delivering;
    }

    private async Task DeliverAsync(ChannelReader<(long At, byte[] Bytes)> replies, NetworkStream to)
    {
        await foreach (var (at, bytes) in replies.ReadAllAsync(_end.Token))
        {
            if (_delay - TimeProvider.System.GetElapsedTime(at) is var left && left > TimeSpan.Zero)
            {
                await Task.Delay(left, TimeProvider.System, _end.Token);
            }

            await to.WriteAsync(bytes, _end.Token);
        }
    }
}

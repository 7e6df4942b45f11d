using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A way to a Redis on which each reply takes its time: what leaves within that time has waited for no reply, and makes one round trip.</summary>
/// <param name="port">The server's, on loopback.</param>
public sealed class SlowRedis(int port) : Forwarder(port)
{
    private readonly Lock _lock = new();
    private readonly List<(long At, string Text)> _sent = [];
    private TimeSpan _delay;

    /// <summary>From now on each reply is held back so long.</summary>
    public void SlowDown(TimeSpan delay) => _delay = delay;

    /// <summary>The round trips since it is slow in which something was sent that has one of these names in it.</summary>
    public int RoundTripsOf(params string[] names) => BeginsOf(names).Count;

    /// <summary>Those of them whose reply has come by now.</summary>
    public int AnsweredRoundTripsOf(params string[] names) => BeginsOf(names).Count(began => IsReplyBetween(began, TimeProvider.System.GetTimestamp()));

    private List<long> BeginsOf(string[] names)
    {
        lock (_lock)
        {
            List<long> begins = [];
            foreach (var (at, _) in _sent.Where(sending => names.Any(name => sending.Text.Contains(name, StringComparison.Ordinal))))
            {
                if (begins is [] || IsReplyBetween(begins[^1], at))
                {
                    begins.Add(at);
                }
            }

            return begins;
        }
    }

    // Timers are not exact: what waited for a reply comes a whole delay later, give or take, and what did not comes at once.
    private bool IsReplyBetween(long began, long at) => TimeProvider.System.GetElapsedTime(began, at) > _delay / 2;

    /// <inheritdoc/>
    protected override async Task AskAsync(NetworkStream client, NetworkStream server, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        while (await client.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            lock (_lock)
            {
                _sent.Add((TimeProvider.System.GetTimestamp(), Encoding.Latin1.GetString(buffer, 0, read)));
            }

            await server.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }

    /// <inheritdoc/>
    protected override async Task ReplyAsync(NetworkStream server, NetworkStream client, CancellationToken cancellation)
    {
        var replies = Channel.CreateUnbounded<(long At, byte[] Bytes)>();
        var delivering = DeliverAsync(replies.Reader, client, cancellation);
        var buffer = new byte[64 * 1024];
        while (await server.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            replies.Writer.TryWrite((TimeProvider.System.GetTimestamp(), buffer[..read]));
        }

        replies.Writer.Complete();
        await delivering;
    }

    private async Task DeliverAsync(ChannelReader<(long At, byte[] Bytes)> replies, NetworkStream client, CancellationToken cancellation)
    {
        await foreach (var (at, bytes) in replies.ReadAllAsync(cancellation))
        {
            if (_delay - TimeProvider.System.GetElapsedTime(at) is var left && left > TimeSpan.Zero)
            {
                await Task.Delay(left, TimeProvider.System, cancellation);
            }

            await client.WriteAsync(bytes, cancellation);
        }
    }
}

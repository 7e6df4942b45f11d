using System.Net.Sockets;

namespace ProxyShim.Sandbox.PartnerStack.Http;

/// <summary>What a handler can do to a connection below HTTP.</summary>
internal sealed class SimulatedConnection(HeadTap tap, Socket socket)
{
    public HeadTap Tap => tap;

    /// <summary>RST instead of FIN: the client sees "connection reset by peer".</summary>
    public void Reset(HttpContext context)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        context.Abort();
    }

    /// <summary>
    /// Writes an answer past Kestrel, which would send the whole head at once, one byte at a time. The connection cannot be used again.
    /// </summary>
    public async Task DripAsync(ReadOnlyMemory<byte> answer, TimeSpan interval, TimeProvider clock, CancellationToken cancellationToken)
    {
        for (var i = 0; i < answer.Length; i++)
        {
            await socket.SendAsync(answer.Slice(i, 1), cancellationToken);
            await Task.Delay(interval, clock, cancellationToken);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Waits for the client to close. To close first would be RST, and take back what the client has not read yet.</summary>
    public static async Task LingerAsync(HttpContext context, CancellationToken cancellationToken)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, cancellationToken);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Abort();
    }
}

using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A TCP connection that speaks HTTP/1.x by hand, since a client library mends what a test wants to send, and hides what comes back.</summary>
/// <param name="socket">Connected; the connection's own from now on.</param>
/// <param name="tls">What lies around it, where it speaks TLS.</param>
public sealed class RawConnection(Socket socket, SslStream? tls = null) : IDisposable
{
    private readonly Stream _stream = tls ?? (Stream)new NetworkStream(socket, ownsSocket: true);
    private readonly List<byte> _pending = [];
    private int _packets;

    /// <summary>Whether the other side has closed it: a client that keeps connections looks before it sends.</summary>
    public bool HasEnded => _pending.Count == 0 && socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;

    /// <summary>Connects to a server on loopback.</summary>
    /// <param name="certificate">The server's, where it speaks TLS.</param>
    public static async Task<RawConnection> OpenAsync(Uri address, CancellationToken cancellation, X509Certificate2? certificate = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port, cancellation);
        if (certificate is null)
        {
            return new RawConnection(socket);
        }

        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = address.Host,
                RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString(),
            },
            cancellation);
        return new RawConnection(socket, tls);
    }

    /// <summary>Sends text as it is; each character is one byte (Latin-1).</summary>
    public Task SendAsync(string text, CancellationToken cancellation) => SendAsync(Encoding.Latin1.GetBytes(text), cancellation);

    /// <summary>Sends bytes as they are.</summary>
    public Task SendAsync(byte[] bytes, CancellationToken cancellation) => _stream.WriteAsync(bytes, cancellation).AsTask();

    /// <summary>Reads one message; an interim answer (1xx) is one of its own.</summary>
    /// <param name="hasBody">False for the answer to a HEAD, whose length is that of a body which does not come.</param>
    /// <exception cref="EndOfStreamException">The other side closed the connection first.</exception>
    public async Task<RawMessage> ReadAsync(CancellationToken cancellation, bool hasBody = true)
    {
        var head = Encoding.Latin1.GetString(await ReadThroughAsync("\r\n\r\n"u8.ToArray(), cancellation)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = head[1..].Select(line => (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())).ToList();
        var message = new RawMessage(head[0], headers, []);
        var body = hasBody ? await ReadBodyAsync(message, cancellation) : [];
        var before = _packets;
        _packets = CountPackets();
        return message with { Body = body, Packets = _packets - before };
    }

    /// <summary>Reads until the other side closes the connection.</summary>
    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellation)
    {
        while (await FillAsync(cancellation))
        {
        }

        return Take(_pending.Count);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    // TCP_INFO's tcpi_data_segs_in (https://github.com/torvalds/linux/blob/master/include/uapi/linux/tcp.h).
    private int CountPackets()
    {
        const int tcp = 6, information = 11, dataSegmentsIn = 152;
        var info = new byte[256];
        socket.GetRawSocketOption(tcp, information, info);
        return BitConverter.ToInt32(info, dataSegmentsIn);
    }

    private async Task<byte[]> ReadBodyAsync(RawMessage message, CancellationToken cancellation)
    {
        var isAnswer = message.StartLine.StartsWith("HTTP/", StringComparison.Ordinal);
        if (isAnswer && message.Status is (>= 100 and < 200) or 204 or 304)
        {
            return [];
        }

        if (message.Values("Transfer-Encoding") is ["chunked"])
        {
            return await ReadChunksAsync(cancellation);
        }

        if (message.Header("Content-Length") is { } length)
        {
            return await ReadExactlyAsync(int.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture), cancellation);
        }

        return isAnswer ? await ReadToEndAsync(cancellation) : [];
    }

    private async Task<byte[]> ReadChunksAsync(CancellationToken cancellation)
    {
        var body = new List<byte>();
        while (true)
        {
            var line = Encoding.Latin1.GetString(await ReadThroughAsync("\r\n"u8.ToArray(), cancellation)).TrimEnd();
            var length = int.Parse(line, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var chunk = await ReadExactlyAsync(length + 2, cancellation);
            if (length == 0)
            {
                return [.. body];
            }

            body.AddRange(chunk[..length]);
        }
    }

    private async Task<byte[]> ReadExactlyAsync(int count, CancellationToken cancellation)
    {
        while (_pending.Count < count)
        {
            await MoreAsync(cancellation);
        }

        return Take(count);
    }

    private async Task<byte[]> ReadThroughAsync(byte[] end, CancellationToken cancellation)
    {
        for (var from = 0; ;)
        {
            var at = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_pending)[from..].IndexOf(end);
            if (at >= 0)
            {
                return Take(from + at + end.Length);
            }

            from = Math.Max(0, _pending.Count - end.Length);
            await MoreAsync(cancellation);
        }
    }

    private async Task MoreAsync(CancellationToken cancellation)
    {
        if (!await FillAsync(cancellation))
        {
            throw new EndOfStreamException($"The connection was closed behind: {Encoding.Latin1.GetString([.. _pending])}");
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        var count = await _stream.ReadAsync(buffer, cancellation);
        _pending.AddRange(buffer[..count]);
        return count > 0;
    }

    private byte[] Take(int count)
    {
        var taken = _pending[..count].ToArray();
        _pending.RemoveRange(0, count);
        return taken;
    }
}

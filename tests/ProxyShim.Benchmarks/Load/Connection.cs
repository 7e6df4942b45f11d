using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace ProxyShim.Benchmarks.Load;

/// <summary>One HTTP/1.1 connection that never blocks unless asked to and allocates nothing per request.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _request;
    private readonly byte[] _answer = new byte[16 * 1024];
    private readonly RequestTemplate _template;
    private int _filled;

    /// <exception cref="SocketException">Nobody listens there.</exception>
    public Connection(IPEndPoint target, RequestTemplate template)
    {
        _template = template;
        _request = new byte[template.Length];
        _socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            _socket.Connect(target);
        }
        catch (SocketException)
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>When the request in flight should have been sent; a timestamp of the time provider.</summary>
    public long Due { get; set; }

    public int Descriptor => (int)_socket.Handle;

    /// <summary>The last whole answer.</summary>
    public ReadOnlySpan<byte> Answer => _answer.AsSpan(0, _filled);

    public bool Succeeded => Answer.StartsWith("HTTP/1.1 200"u8) || Answer.StartsWith(NoContent);

    public void Send(int key)
    {
        _template.Write(key, _request);
        _filled = 0;
        // A request is smaller than a socket's buffer and the one before is answered, so it is taken whole.
        if (_socket.Send(_request) != _request.Length)
        {
            throw new InvalidOperationException("a request did not fit into the socket's buffer");
        }
    }

    /// <summary>Reads what is there, or waits for it.</summary>
    /// <returns>Whether the answer is whole.</returns>
    /// <exception cref="EndOfStreamException">The contender closed the connection.</exception>
    public bool Receive()
    {
        var count = _socket.Receive(_answer.AsSpan(_filled));
        if (count == 0)
        {
            throw new EndOfStreamException("the contender closed the connection");
        }

        _filled += count;
        return IsWhole(Answer);
    }

    /// <summary>One request and its answer.</summary>
    public void Ask(int key)
    {
        Send(key);
        while (!Receive())
        {
        }
    }

    public void Dispose() => _socket.Dispose();

    private static ReadOnlySpan<byte> NoContent => "HTTP/1.1 204"u8;

    // Kestrel and nginx spell these names alike; a contender that does not has to be taught here.
    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        if (answer.StartsWith(NoContent))
        {
            return true;
        }

        var head = answer[..end];
        var body = answer[(end + 4)..];
        var length = head.IndexOf("\r\nContent-Length: "u8);
        if (length >= 0 && Utf8Parser.TryParse(head[(length + 18)..], out int bytes, out _))
        {
            return body.Length >= bytes;
        }

        return head.IndexOf("\r\nTransfer-Encoding: chunked"u8) >= 0
            ? body.EndsWith("0\r\n\r\n"u8)
            : throw new InvalidDataException("an answer without a length");
    }
}

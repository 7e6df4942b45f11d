using System.Runtime.CompilerServices;
using System.Text;
using ProxyShim.Primitives;

namespace ProxyShim.Http;

/// <summary>A connection to the Customer API, between .NET's HTTP client and the network: two things that the client does not do by itself.</summary>
/// <remarks>
/// An HTTP/1.0 answer without <c>keep-alive</c> ends its connection (https://www.rfc-editor.org/rfc/rfc9112#section-9.3); the client would use it again, and
/// the next call would fail
/// (https://github.com/dotnet/runtime/blob/main/src/libraries/System.Net.Http/src/System/Net/Http/SocketsHttpHandler/HttpConnection.cs; measured:
/// ProtocolTests).
/// And where the server answers before it has read a large body, and closes, that answer counts: the client would report a failed send and never read it
/// (https://github.com/dotnet/runtime/issues/119350).
/// </remarks>
internal sealed class UpstreamConnection(Stream network) : AsyncStream
{
    // A head longer than that is left to the client to refuse.
    private const int MaxHead = 64 * 1024;

    private bool _expectsHead = true;
    private bool _hasSent;
    private bool _isDeaf;
    private ReadOnlyMemory<byte> _pending;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_pending.IsEmpty)
        {
            return new(Take(buffer));
        }

        return _expectsHead && !buffer.IsEmpty ? ReadHeadAsync(buffer, cancellationToken) : network.ReadAsync(buffer, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _expectsHead = true;
        return _isDeaf ? ValueTask.CompletedTask : SendAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _isDeaf ? Task.CompletedTask : network.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            network.Dispose();
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PooledAsync))]
    private async ValueTask SendAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await network.WriteAsync(buffer, cancellationToken);
            _hasSent = true;
        }
        catch (IOException) when (_hasSent)
        {
            // The rest goes nowhere, and then the client looks for the answer. A first piece that fails is the client's to send on another connection.
            _isDeaf = true;
        }
    }

    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private async ValueTask<int> ReadHeadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = await network.ReadAsync(buffer, cancellationToken);
        (_expectsHead, _hasSent) = (false, false);
        if (!MayBeOlder(buffer.Span[..length]))
        {
            return length;
        }

        var head = new List<byte>(buffer.Span[..length].ToArray());
        var piece = new byte[4096];
        while (MayBeOlder(Bytes(head)) && head.Count < MaxHead && Bytes(head).IndexOf("\r\n\r\n"u8) < 0 && length > 0)
        {
            length = await network.ReadAsync(piece, cancellationToken);
            head.AddRange(piece[..length]);
        }

        _pending = EndsItsConnection(head) ? WithClose(head) : head.ToArray();
        return Take(buffer);
    }

    private static Span<byte> Bytes(List<byte> bytes) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);

    // As far as it has come.
    private static bool MayBeOlder(ReadOnlySpan<byte> head)
    {
        var version = "HTTP/1.0"u8;
        var length = Math.Min(head.Length, version.Length);
        return length > 0 && head[..length].SequenceEqual(version[..length]);
    }

    private static bool EndsItsConnection(List<byte> answer)
    {
        var end = Bytes(answer).IndexOf("\r\n\r\n"u8);
        return MayBeOlder(Bytes(answer)) && end >= 0 && !Encoding.Latin1.GetString(Bytes(answer)[..end]).Split("\r\n").Any(static line =>
            line.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase) && line.Contains("keep-alive", StringComparison.OrdinalIgnoreCase));
    }

    private static byte[] WithClose(List<byte> answer)
    {
        var firstLine = Bytes(answer).IndexOf("\r\n"u8) + 2;
        return [.. Bytes(answer)[..firstLine], .. "Connection: close\r\n"u8, .. Bytes(answer)[firstLine..]];
    }

    private int Take(Memory<byte> buffer)
    {
        var length = Math.Min(buffer.Length, _pending.Length);
        _pending[..length].CopyTo(buffer);
        _pending = _pending[length..];
        return length;
    }
}

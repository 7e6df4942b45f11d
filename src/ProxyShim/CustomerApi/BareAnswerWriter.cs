using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace ProxyShim.CustomerApi;

/// <summary>Stands before a connection's output from the moment at which the server refuses a request by itself: gives its bare answer the envelope and the outcome.</summary>
/// <remarks>What is not that answer, byte for byte as Kestrel writes it
/// (https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/Http/HttpProtocol.cs, <c>SetErrorResponseHeaders</c>), passes as it
/// is.</remarks>
internal sealed class BareAnswerWriter(PipeWriter inner, int status, string outcome, bool hasBody) : PipeWriter
{
    private static readonly byte[] s_end = "\r\n\r\n"u8.ToArray();
    private static readonly byte[] s_empty = "\r\nContent-Length: 0\r\n"u8.ToArray();

    private static readonly Dictionary<int, string> s_messages = new()
    {
        [StatusCodes.Status405MethodNotAllowed] = "The request's target does not go with its method.",
        [StatusCodes.Status408RequestTimeout] = "The request did not come in time.",
        [StatusCodes.Status413PayloadTooLarge] = "The request's body is too long.",
        [StatusCodes.Status414UriTooLong] = "The request's target is too long.",
        [StatusCodes.Status431RequestHeaderFieldsTooLarge] = "The request's headers are too long, or too many.",
        [StatusCodes.Status505HttpVersionNotsupported] = "HTTP/1.0 and HTTP/1.1 are what is spoken here.",
    };

    private readonly ArrayBufferWriter<byte> _written = new();

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes + _written.WrittenCount;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _written.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _written.GetSpan(sizeHint);

    public override void Advance(int bytes) => _written.Advance(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        PassOn();
        return inner.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        PassOn();
        inner.Complete(exception);
    }

    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        PassOn();
        return inner.CompleteAsync(exception);
    }

    private void PassOn()
    {
        if (_written.WrittenCount > 0)
        {
            var bytes = _written.WrittenSpan;
            inner.Write(IsBare(bytes) ? Completed(bytes) : bytes);
            _written.Clear();
        }
    }

    private bool IsBare(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} ")))
        && bytes.IndexOf(s_end) == bytes.Length - s_end.Length && bytes.IndexOf(s_empty) >= 0;

    private byte[] Completed(ReadOnlySpan<byte> bare)
    {
        var body = ShimAnswer.Error(status, s_messages.GetValueOrDefault(status, "The request breaks HTTP."));
        var length = bare.IndexOf(s_empty);
        var headers = string.Create(
            CultureInfo.InvariantCulture,
            $"\r\nContent-Length: {body.Length}\r\nContent-Type: {ShimAnswer.ContentType}\r\n{ShimAnswer.OutcomeHeader}: {outcome}\r\n");
        return [.. bare[..length], .. Encoding.ASCII.GetBytes(headers), .. bare[(length + s_empty.Length)..], .. hasBody ? body : []];
    }
}

using System.Net;
using System.Net.Http.Headers;
using ProxyShim.CustomerApi;
using ProxyShim.Http;

namespace ProxyShim.Passthrough;

/// <summary>A forwarded body of which every byte has come: the request's head leaves with it, in one packet.</summary>
/// <remarks>
/// YARP sends the head before it looks for the body, which may be late
/// (https://github.com/dotnet/yarp/blob/main/src/ReverseProxy/Forwarder/StreamCopyHttpContent.cs): two packets, of which each costs a tenth of the call.
/// </remarks>
internal sealed class WholeBody : HttpContent
{
    private static readonly HttpRequestOptionsKey<bool> s_isWhole = new(nameof(WholeBody));

    private readonly HttpContent _forwarded;

    private WholeBody(HttpContent forwarded)
    {
        _forwarded = forwarded;
        foreach (var (name, values) in forwarded.Headers.NonValidated)
        {
            Add(name, values);
        }
    }

    /// <summary>Looks whether the caller's body is all there, and takes nothing of it.</summary>
    public static void Note(HttpRequest from, HttpRequestMessage to)
    {
        if (to.Content is not null && RequestBody.HasCome(from))
        {
            to.Options.Set(s_isWhole, true);
        }
    }

    /// <summary>What is sent in place of YARP's content.</summary>
    public static HttpContent? Of(HttpRequestMessage request) =>
        request is { Content: { } content } && request.Options.TryGetValue(s_isWhole, out _) ? new WholeBody(content) : request.Content;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _forwarded.CopyToAsync(new Unflushed(stream), context, cancellationToken);

    // Only asked for where the caller has given none.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        _forwarded.Dispose();
        base.Dispose(disposing);
    }

    private void Add(string name, HeaderStringValues values)
    {
        if (values.Count == 1)
        {
            Headers.TryAddWithoutValidation(name, values.ToString());
        }
        else
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    // Nothing is late, so nothing need be sent before it.
    private sealed class Unflushed(Stream connection) : AsyncStream
    {
        public override bool CanRead => false;

        public override bool CanWrite => true;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            connection.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

using System.Net;

namespace ProxyShim.Conversions;

/// <summary>The body of one attempt; its exchange learns when a connection asks for it.</summary>
internal sealed class ConversionContent : HttpContent
{
    private readonly ConversionExchange _exchange;
    private readonly ReadOnlyMemory<byte> _body;

    public ConversionContent(ConversionExchange exchange, ReadOnlyMemory<byte> body)
    {
        (_exchange, _body) = (exchange, body);
        Headers.TryAddWithoutValidation("Content-Type", "application/json");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _exchange.BytesWentOut = true;
        return stream.WriteAsync(_body, cancellationToken).AsTask();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}

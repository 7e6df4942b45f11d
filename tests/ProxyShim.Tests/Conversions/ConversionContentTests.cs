using ProxyShim.Conversions;
using Xunit;

namespace ProxyShim.Tests.Conversions;

public sealed class ConversionContentTests : IDisposable
{
    private static readonly byte[] s_body = "content"u8.ToArray();

    private readonly HttpMessageInvoker _connections = new(new SocketsHttpHandler());
    private readonly ConversionExchange _exchange;

    public ConversionContentTests() => _exchange = new ConversionExchange(_connections);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _exchange.Dispose();
        _connections.Dispose();
    }

    [Fact]
    public void Nobody_has_read_it_at_first()
    {
        using var content = new ConversionContent(_exchange, s_body);

        Assert.False(_exchange.BytesWentOut);
        Assert.Equal(("application/json", s_body.Length), (content.Headers.ContentType?.ToString(), content.Headers.ContentLength));
        Assert.False(_exchange.BytesWentOut);
    }

    [Fact]
    public async Task Gives_its_body_and_remembers_that_it_was_asked()
    {
        using var content = new ConversionContent(_exchange, s_body);

        Assert.Equal(s_body, await content.ReadAsByteArrayAsync(Cancellation));
        Assert.True(_exchange.BytesWentOut);
    }

    [Fact]
    public async Task One_that_could_not_be_written_was_read_all_the_same()
    {
        using var content = new ConversionContent(_exchange, s_body);

        await Assert.ThrowsAnyAsync<Exception>(() => content.CopyToAsync(new MemoryStream([], writable: false), Cancellation));

        Assert.True(_exchange.BytesWentOut);
    }

    [Fact]
    public async Task Of_the_next_attempt_nobody_has_read_anything()
    {
        using var content = new ConversionContent(_exchange, s_body);
        await content.ReadAsByteArrayAsync(Cancellation);

        _exchange.Reset();

        Assert.False(_exchange.BytesWentOut);
    }
}

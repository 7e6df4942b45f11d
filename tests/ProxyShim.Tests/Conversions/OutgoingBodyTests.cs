using ProxyShim.Conversions;
using Xunit;

namespace ProxyShim.Tests.Conversions;

public class OutgoingBodyTests
{
    private static readonly byte[] s_content = "content"u8.ToArray();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Nobody_has_read_it_at_first()
        => Assert.False(BodyOf(s_content).WasRead);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Gives_its_content_and_remembers_that_it_was_asked(int bufferSize)
    {
        await using var body = BodyOf(s_content);
        using var copy = new MemoryStream();

        await body.CopyToAsync(copy, bufferSize, Cancellation);

        Assert.Equal(s_content, copy.ToArray());
        Assert.True(body.WasRead);
    }

    [Fact]
    public async Task Of_a_new_content_nobody_has_seen_anything()
    {
        await using var body = BodyOf(s_content);
        body.ReadByte();

        body.Begin("other"u8.ToArray());

        Assert.False(body.WasRead);
        Assert.Equal("other", await new StreamReader(body).ReadToEndAsync(Cancellation));
    }

    private static OutgoingBody BodyOf(byte[] content)
    {
        var body = new OutgoingBody();
        body.Begin(content);
        return body;
    }
}

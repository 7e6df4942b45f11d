using ProxyShim.Customers;
using Xunit;

namespace ProxyShim.Tests.Customers;

public class XidTests
{
    [Theory]
    [InlineData("x")]
    [InlineData("ABCdef0123456789-_.~")]
    [InlineData("a:b/c?d=e&f#g%20")]
    [InlineData("[1]")]
    public void Is_any_opaque_text_without_white_space(string text)
    {
        Assert.True(Xid.TryParse(text, out var xid));
        Assert.Equal((text, text), (xid.Value, xid.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData(" x")]
    [InlineData("x\n")]
    [InlineData("x\0")]
    [InlineData("x\u007f")]
    [InlineData("ä")]
    [InlineData("{x}")]
    [InlineData("\"x\"")]
    public void Is_nothing_else(string? text)
        => Assert.False(Xid.TryParse(text, out _));

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void Has_at_most_255_characters(int length, bool expected)
        => Assert.Equal(expected, Xid.TryParse(new string('x', length), out _));
}

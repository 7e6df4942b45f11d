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

    /// <summary>It would stand in every event of its conversion, in the ledger and in dead letters. A site that mixes up its fields has one, plain or as ps_partner_key is.</summary>
    [Theory]
    [InlineData("jane@acme.com")]
    [InlineData("mailto:jane@acme.com")]
    [InlineData("jane%40acme.com")]
    [InlineData("jane%2540acme.com")]
    [InlineData("amFuZUBhY21lLmNvbQ")]
    [InlineData("amFuZUBhY21lLmNvbQ==")]
    [InlineData("amFuZUBhY21lLmNvbQ%3D%3D")]
    [InlineData("YUBiLmNk")]
    [InlineData("asO8cmdlbkBmaXJtYS5kZQ")]
    public void Is_no_address(string text) => Assert.False(Xid.TryParse(text, out _));

    /// <summary>CONTRACT.md: 12 to 15 letters and digits. One in some forty thousand of them is, by chance, base64 of a text with an at sign.</summary>
    [Fact]
    public void Is_not_taken_for_an_address_by_chance()
    {
        var random = new Random(1);
        var letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".ToCharArray();

        Assert.DoesNotContain(Enumerable.Range(0, 400_000).Select(number => new string(random.GetItems(letters, 12 + (number % 4)))), text => !Xid.TryParse(text, out _));
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void Has_at_most_255_characters(int length, bool expected)
        => Assert.Equal(expected, Xid.TryParse(new string('x', length), out _));
}

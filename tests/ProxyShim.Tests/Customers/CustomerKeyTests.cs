using ProxyShim.Customers;
using Xunit;

namespace ProxyShim.Tests.Customers;

public class CustomerKeyTests
{
    [Theory]
    [InlineData("a")]
    [InlineData(" a\t")]
    [InlineData("\u0000")]
    [InlineData("Ärger")]
    [InlineData("A\u0308rger")]
    [InlineData("user@example.com")]
    public void Is_the_exact_text(string text)
    {
        Assert.True(CustomerKey.TryCreate(text, out var key));
        Assert.Equal(text, key.Value);
    }

    [Fact]
    public void Composed_and_decomposed_letters_are_two_customers()
    {
        Assert.True(CustomerKey.TryCreate("Ärger", out var composed));
        Assert.True(CustomerKey.TryCreate("A\u0308rger", out var decomposed));

        Assert.NotEqual(composed, decomposed);
    }

    [Theory]
    [InlineData("x", 255, true)]
    [InlineData("x", 256, false)]
    [InlineData("ß", 127, true)]
    [InlineData("ß", 128, false)]
    [InlineData("€", 85, true)]
    [InlineData("€", 86, false)]
    [InlineData("😀", 63, true)]
    [InlineData("😀", 64, false)]
    public void Is_measured_in_bytes(string letter, int times, bool expected)
        => Assert.Equal(expected, CustomerKey.TryCreate(string.Concat(Enumerable.Repeat(letter, times)), out _));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Is_never_empty(string? text)
        => Assert.False(CustomerKey.TryCreate(text, out _));

    [Fact]
    public void Does_not_show_itself()
    {
        Assert.True(CustomerKey.TryCreate("canary", out var key));

        Assert.DoesNotContain("canary", $"{key}", StringComparison.Ordinal);
    }
}

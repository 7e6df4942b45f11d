using ProxyShim.Sandbox;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed class DurationTests
{
    [Theory]
    [InlineData("5", 5_000)]
    [InlineData("0", 0)]
    [InlineData("1.5", 1_500)]
    [InlineData("500ms", 500)]
    [InlineData("15s", 15_000)]
    [InlineData("2m", 120_000)]
    [InlineData("2M", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("00:00:05", 5_000)]
    [InlineData("00:00:00.25", 250)]
    public void It_is_read_as_it_is_meant(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("-00:00:01")]
    [InlineData("25h")]
    [InlineData("5.00:00:00")]
    [InlineData("1e99")]
    [InlineData("99999999999999999999999999999999999999")]
    [InlineData("NaN")]
    [InlineData("5 s")]
    [InlineData("5d")]
    public void Anything_else_is_none(string text) => Assert.False(Duration.TryParse(text, out _));
}

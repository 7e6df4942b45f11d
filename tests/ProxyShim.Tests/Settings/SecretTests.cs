using System.Globalization;
using System.Text.Json;
using ProxyShim.CustomerApi;
using ProxyShim.Settings;
using Xunit;

namespace ProxyShim.Tests.Settings;

public class SecretTests
{
    private static readonly Secret s_secret = new("canary");

    [Fact]
    public void It_is_revealed_to_whoever_asks_for_it()
    {
        Assert.Equal("canary", s_secret.Reveal());
        Assert.Equal("canary"u8.ToArray(), s_secret.RevealUtf8());
    }

    [Fact]
    public void Nothing_else_shows_it()
    {
        string[] shown =
        [
            s_secret.ToString(),
            $"{s_secret}",
            string.Format(CultureInfo.InvariantCulture, "{0}", s_secret),
            JsonSerializer.Serialize(s_secret),
            new CallerPair("name", "pk", s_secret).ToString(),
        ];

        Assert.All(shown, text => Assert.DoesNotContain("canary", text, StringComparison.Ordinal));
    }
}

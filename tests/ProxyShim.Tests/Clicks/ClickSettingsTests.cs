using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Clicks;

/// <summary>One customer's key must not be another one's: where customers choose their own, a commission could be taken.</summary>
public class ClickSettingsTests
{
    [Theory]
    [InlineData("click:{customer_key}", "click:email:{email_sha256}")]
    [InlineData("click:{customer_key}", "click:{email}")]
    [InlineData("{customer_key}", "click:{provider_key}")]
    [InlineData("a:{customer_key}:click", "a:b:{email}:click")]
    [InlineData("a:{customer_key}", "a:{email}:click")]
    [InlineData("{provider_key}:{customer_key}")]
    [InlineData("click:{email}:{customer_key}")]
    public void Templates_that_may_name_one_key_for_two_customers_are_told(params string[] templates)
    {
        var warning = Assert.Single(Given.Settings(Keys(templates)).Warnings);

        Assert.Equal("Clicks:Keys", warning.Setting);
        Assert.All(templates, template => Assert.Contains($"'{template}'", warning.Cause, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("click:{customer_key}")]
    [InlineData("click:key:{customer_key}", "click:email:{email_sha256}", "click:provider:{provider_key}")]
    [InlineData("click:{email}", "click:{email_sha256}")]
    [InlineData("{customer_key}:a", "{email}:b")]
    [InlineData("click:{email_sha256}:{customer_key}")]
    public void Others_are_not(params string[] templates) => Assert.Empty(Given.Settings(Keys(templates)).Warnings);

    private static (string, string?)[] Keys(string[] templates) => [.. templates.Select((template, i) => ($"Clicks:Keys:{i}", (string?)template))];
}

using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Capture;

public class CaptureSettingsTests
{
    private static readonly (string, string?) s_url = ("Capture:Url", "http://0.0.0.0:8082");

    [Fact]
    public void It_is_off_unless_it_has_an_address() => Assert.Null(Given.Settings().Capture);

    [Theory]
    [InlineData("HTTPS://WWW.Acme.com/", "https://www.acme.com")]
    [InlineData("https://acme.com:443", "https://acme.com")]
    [InlineData("http://localhost:3000", "http://localhost:3000")]
    [InlineData("https://bücher.example", "https://xn--bcher-kva.example")]
    public void An_origin_is_what_a_browser_says(string given, string expected) =>
        Assert.Equal([expected], Given.Settings(s_url, ("Capture:Origins:0", given)).Capture!.Origins);

    [Fact]
    public void A_page_that_can_only_say_what_no_template_takes_is_warned_of_at_start()
    {
        var warning = Assert.Single(Given.Settings(s_url, ("Capture:Origins:0", "https://acme.com")).Warnings, warning => warning.Setting == "Clicks:Keys");
        Assert.Contains("click-email:{email_sha256}", warning.Remedy, StringComparison.Ordinal);

        Assert.DoesNotContain(
            Given.Settings(s_url, ("Capture:Origins:0", "https://acme.com"), ("Clicks:Keys:0", "click:{email_sha256}")).Warnings, warning => warning.Setting == "Clicks:Keys");
    }

    [Fact]
    public void Settings_that_do_nothing_without_an_address_are_warned_of() =>
        Assert.Contains(Given.Settings(("Capture:Origins:0", "https://acme.com")).Warnings, warning => warning.Setting == "Capture:Url");
}

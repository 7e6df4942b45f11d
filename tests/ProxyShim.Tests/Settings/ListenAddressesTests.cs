using Xunit;

namespace ProxyShim.Tests.Settings;

public class ListenAddressesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:9000", "http://127.0.0.1:9000")]
    [InlineData("http://*:80", "http://*:80")]
    [InlineData("http://+:8080", "http://*:8080")]
    [InlineData("http://[::1]:8080", "http://[::1]:8080")]
    [InlineData("https://localhost:8443/", "https://localhost:8443")]
    [InlineData("http://127.0.0.1:1; http://127.0.0.1:2;", "http://127.0.0.1:1 http://127.0.0.1:2")]
    public void Reads_one_or_more(string text, string expected)
        => Assert.Equal(expected, string.Join(' ', Given.Settings(("Urls", text)).Urls));

    [Theory]
    [InlineData("8080")]
    [InlineData("localhost:8080")]
    [InlineData("http://localhost:8080/base")]
    [InlineData("http://localhost:99999")]
    public void Refuses_what_is_no_address_to_listen_on(string text)
        => Assert.Equal(
            [$"Urls: '{text}' is not an address to listen on; write one or more, joined by ';', such as http://127.0.0.1:8080 (environment variable Urls)"],
            Given.Problems(("Urls", text)));

    [Fact]
    public void Refuses_a_list_without_any()
        => Assert.StartsWith("Urls: ", Assert.Single(Given.Problems(("Urls", ";"))), StringComparison.Ordinal);
}

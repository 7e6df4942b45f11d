using System.Net;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Settings;

/// <summary>How the program starts, or refuses to.</summary>
public sealed class StartTests
{
    private static readonly HttpClient s_client = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Settings_that_cannot_be_used_end_it_with_78_and_are_all_told_at_once()
    {
        await using var shim = await ShimProcess.LaunchAsync(new Dictionary<string, string>
        {
            ["CustomerApi:SecretKey"] = "canary",
            ["ConversionApi:Address"] = "https://user:canary@example.com",
            ["ConversionApi:MaxAttempts"] = "none",
            ["Redis:ConnectionString"] = "localhost,password=canary,nonsense=1",
            ["Conversions:OnMis"] = "canary",
            ["Rollout:Mode"] = "Live",
        });

        Assert.Equal(78, await shim.WaitForExitAsync(Cancellation));
        Assert.Equal(
            [
                "CustomerApi:PublicKey", "ConversionApi:Address", "ConversionApi:MaxAttempts", "ConversionApi:Token", "Redis:ConnectionString", "Conversions:OnMis",
            ],
            shim.Errors.Where(line => line.StartsWith("  - ", StringComparison.Ordinal)).Select(line => line[4..line.IndexOf(": ", StringComparison.Ordinal)]));
        Assert.All(shim.Errors.Skip(1), line => Assert.Matches(@"; (write|remove) .* \(environment variable \w+\)$", line));
        Assert.DoesNotContain("canary", string.Join('\n', [.. shim.Errors, .. shim.Output]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_set_is_told_with_what_to_write()
    {
        await using var shim = await ShimProcess.LaunchAsync(new Dictionary<string, string>());

        Assert.Equal(78, await shim.WaitForExitAsync(Cancellation));
        Assert.Equal("The settings cannot be used:", shim.Errors[0]);
        Assert.Equal(3, shim.Errors.Count - 1);
    }

    [Fact]
    public async Task The_command_line_wins_over_the_environment()
    {
        await using var upstream = new RawUpstream();
        var settings = Settings(upstream, ("CustomerApi:Address", "http://127.0.0.1:1"));
        await using var shim = await ShimProcess.LaunchAsync(settings, "serve", $"--CustomerApi:Address={upstream.Address.OriginalString}");
        await shim.WaitUntilReadyAsync(Cancellation);

        Assert.Equal("ok", await s_client.GetStringAsync(new Uri(shim.Address, "/x"), Cancellation));
    }

    [Fact]
    public async Task Urls_may_be_several()
    {
        await using var upstream = new RawUpstream();
        string[] urls = [$"http://127.0.0.1:{FreePort.Next()}", $"http://127.0.0.1:{FreePort.Next()}"];
        await using var shim = await ShimProcess.StartAsync(Settings(upstream, ("Urls", string.Join(';', urls))), Cancellation);

        Assert.All(urls, url => Assert.Equal("ok", s_client.GetStringAsync(new Uri(url), Cancellation).Result));
    }

    [Fact]
    public async Task The_two_listeners_have_nothing_in_common()
    {
        await using var upstream = new RawUpstream();
        await using var shim = await ShimProcess.StartAsync(Settings(upstream), Cancellation);

        // What is management's there is the Customer API's here.
        Assert.Equal("ok", await s_client.GetStringAsync(new Uri(shim.Address, "/healthz/ready"), Cancellation));
        Assert.Equal("/healthz/ready", Assert.Single(upstream.Requests).Target);
        using var answer = await s_client.PostAsync(new Uri(shim.Management, "/api/v2/customers"), new StringContent("{}"), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Single(upstream.Requests);
    }

    [Theory]
    [InlineData("", "/api/v2/deals")]
    [InlineData("/", "/api/v2/deals")]
    [InlineData("/base", "/base/api/v2/deals")]
    [InlineData("/base/", "/base/api/v2/deals")]
    public async Task CustomerApi_Address_may_have_a_path(string path, string expected)
    {
        await using var upstream = new RawUpstream();
        await using var shim = await ShimProcess.StartAsync(Settings(upstream, ("CustomerApi:Address", upstream.Address.OriginalString + path)), Cancellation);

        await s_client.GetStringAsync(new Uri(shim.Address, "/api/v2/deals"), Cancellation);

        Assert.Equal(expected, Assert.Single(upstream.Requests).Target);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Outbound_UseSystemProxy_decides_whether_the_systems_proxy_is_asked(string used)
    {
        // The proxy knows where nobody.example is; nobody else does.
        await using var proxy = new RawUpstream();
        await using var shim = await ShimProcess.StartAsync(
            Settings(proxy, ("CustomerApi:Address", "http://nobody.example"), ("Outbound:UseSystemProxy", used), ("HTTP_PROXY", proxy.Address.OriginalString)), Cancellation);

        using var answer = await s_client.GetAsync(new Uri(shim.Address, "/a%2Fb?c"), Cancellation);

        Assert.Equal(used == "true" ? ["GET http://nobody.example/a%2Fb?c HTTP/1.1"] : [], proxy.Requests.Select(request => request.StartLine));
        Assert.Equal(used == "true" ? HttpStatusCode.OK : HttpStatusCode.BadGateway, answer.StatusCode);
    }

    private static Dictionary<string, string> Settings(RawUpstream customerApi, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["CustomerApi:Address"] = customerApi.Address.OriginalString,
            ["CustomerApi:PublicKey"] = Stand.PublicKey,
            ["CustomerApi:SecretKey"] = Stand.SecretKey,
            ["ConversionApi:Token"] = Stand.Token,
            ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return all;
    }
}

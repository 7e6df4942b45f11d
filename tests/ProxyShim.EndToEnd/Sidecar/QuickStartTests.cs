using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using ProxyShim.EndToEnd.ConsolePage;
using ProxyShim.EndToEnd.Container;
using ProxyShim.EndToEnd.DemoSite;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>What <c>docker compose up</c> starts: the demo, walked from outside of its containers.</summary>
public sealed class QuickStartTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string DemoVariable = "PROXYSHIM_TEST_DEMO_IMAGE";

    private static readonly string[] s_ports = ["SITE_PORT", "LINK_PORT", "CAPTURE_PORT", "MANAGEMENT_PORT"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_visitor_is_converted_and_proved_in_a_browser_and_everybody_is_told_where_to_look()
    {
        var demo = Environment.GetEnvironmentVariable(DemoVariable);
        Require.That(
            demo is { Length: > 0 },
            "no image of the demo is named",
            $"docker build -t demo -f config/sidecar/compose/demo.Dockerfile . && export {DemoVariable}=demo");
        var ports = s_ports.ToDictionary(static name => name, static _ => FreePort.Next());
        await using var compose = new ComposeProject(
            ["compose.yaml"],
            new Dictionary<string, string?> { ["proxyshim"] = DockerCli.Image, ["demo"] = demo },
            ports.ToDictionary(static port => port.Key, static port => port.Value.ToString(CultureInfo.InvariantCulture)));
        await compose.RunAsync("up", "--detach", "--no-build");
        var (site, console) = (new Uri($"http://127.0.0.1:{ports["SITE_PORT"]}"), new Uri($"http://127.0.0.1:{ports["MANAGEMENT_PORT"]}"));
        using var client = new HttpClient();
        await Eventually.IsTrueAsync("all of it is up", async () => await AnswersAsync(site) && await AnswersAsync(new(console, "healthz/ready")), cancellation: Cancellation);

        await using var window = await chromium.OpenAsync(site);
        var xid = await DemoVisit.FromThePartnersLinkAsync(window, "Emmy", "emmy@example.com");
        await DemoVisit.IsToldAsProvedAsync(window, xid, "blog", "notebook");

        // By the published ports the browser's own words have come in, and been sent on once.
        var told = await compose.RunAsync("logs", "--no-color", "demo");
        var conversion = Assert.Single(told.Split('\n'), static line => line.Contains("POST /conversion/xid", StringComparison.Ordinal));
        Assert.Contains($"\"xid\":\"{xid}\"", conversion, StringComparison.Ordinal);
        Assert.Contains(await window.Page.EvaluateAsync<string>("navigator.userAgent"), conversion, StringComparison.Ordinal);

        // It is told where to look, and what stands there is true.
        Assert.Contains(site.ToString(), told, StringComparison.Ordinal);
        Assert.Contains($"{console}   the console, for a browser; its token is quick-start-sandbox", told, StringComparison.Ordinal);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "quick-start-sandbox");
        var key = new Uri(window.Page.Url).Segments[^1];
        var entry = JsonElement.Parse(await client.GetStringAsync(new Uri(console, $"admin/conversions/{key}"), Cancellation));
        Assert.Equal("verified", entry.GetProperty("state").GetString());

        async Task<bool> AnswersAsync(Uri address)
        {
            try
            {
                using var answer = await client.GetAsync(address, Cancellation);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }
}

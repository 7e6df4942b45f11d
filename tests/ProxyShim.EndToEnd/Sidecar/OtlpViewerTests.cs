using ProxyShim.EndToEnd.Harness;
using ProxyShim.EndToEnd.Harness.Otlp;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The two lines of <c>config/sidecar/README.md</c> that show traces and metrics on one's own machine.</summary>
public sealed class OtlpViewerTests
{
    private static readonly IReadOnlyList<string> s_lines = new MarkdownPage("README.md").Lines("otlp");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_shim_sends_arrives_where_the_viewer_listens()
    {
        var (viewer, variable) = (s_lines[0], s_lines[1].Split(' ')[0].Split('='));
        Assert.Contains($" -p {new Uri(variable[1]).Port}:18890 ", viewer, StringComparison.Ordinal);

        // The viewer's port for OTLP over HTTP, with somebody else behind it.
        await using var collector = await OtlpReceiver.StartAsync(Cancellation);
        await using var shim = await ShimProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
                ["CustomerApi:Address"] = $"http://127.0.0.1:{FreePort.Next()}",
                ["CustomerApi:PublicKey"] = Stand.PublicKey,
                ["CustomerApi:SecretKey"] = Stand.SecretKey,
                ["ConversionApi:Token"] = Stand.Token,
                [variable[0]] = collector.Endpoint,
                ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
            },
            Cancellation);
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(shim.Address, "/api/v2/deals"), Cancellation);

        Assert.NotNull(await collector.WaitForSpanAsync("the call's span", span => span.Name.StartsWith("GET", StringComparison.Ordinal), Cancellation));
    }
}

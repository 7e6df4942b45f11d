using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Management;

/// <summary>The commands of the same binary find the shim wherever it listens: the image's health check is one of them.</summary>
[RedisSuite]
public sealed class ManagementClientTests(TestRedis redis)
{
    // Nobody listens there: whoever goes through it fails.
    private static readonly (string, string)[] s_proxies =
    [
        ("HTTP_PROXY", "http://127.0.0.1:9"), ("http_proxy", "http://127.0.0.1:9"), ("HTTPS_PROXY", "http://127.0.0.1:9"), ("ALL_PROXY", "http://127.0.0.1:9"),
        ("all_proxy", "http://127.0.0.1:9"), ("NO_PROXY", "localhost"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // What Kestrel takes. It listens on all addresses for a host name, whatever that leads to.
    [Theory]
    [InlineData("http://127.0.0.1:PORT")]
    [InlineData("http://127.0.0.1:PORT/")]
    [InlineData("http://0.0.0.0:PORT")]
    [InlineData("http://[::]:PORT")]
    [InlineData("http://[::1]:PORT")]
    [InlineData("http://localhost:PORT")]
    [InlineData("http://*:PORT")]
    [InlineData("http://+:PORT")]
    [InlineData("http://nowhere.invalid:PORT")]
    [InlineData(" http://0.0.0.0:PORT ")]
    public async Task It_is_found_wherever_it_listens(string url)
    {
        await using var stand = await Stand.StartAsync(
            redis, Cancellation, ("Management:Token", "mgt_vendor_token"),
            ("Management:Url", url.Replace("PORT", $"{FreePort.Next()}", StringComparison.Ordinal)));

        foreach (var (command, expected) in new[] { ("health", "\"status\":\"ready\""), ("dead-letters list", "") })
        {
            var (exitCode, output, errors) = await stand.RunProgramAsync(command.Split(' '), Cancellation, s_proxies);
            Assert.True(exitCode == 0, $"{command}: {exitCode} {errors}");
            Assert.Contains(expected, output, StringComparison.Ordinal);
        }
    }

    // As the chart's test does, in a pod of its own: its settings name nobody.
    [Theory]
    [InlineData("127.0.0.2", "127.0.0.2")]
    [InlineData("127.0.0.1", "localhost")]
    public async Task Another_machines_shim_is_asked_by_its_address(string listen, string name)
    {
        var port = FreePort.Next();
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Url", $"http://{listen}:{port}"));
        await using var asking = await ShimProcess.LaunchAsync(s_proxies.ToDictionary(proxy => proxy.Item1, proxy => proxy.Item2), "health", $"http://{name}:{port}");
        Assert.Equal(0, await asking.WaitForExitAsync(Cancellation));
        Assert.Contains("\"status\":\"ready\"", asking.Output.Single(), StringComparison.Ordinal);

        await stand.Shim.StopAsync(Cancellation);
        await using var inVain = await ShimProcess.LaunchAsync(new Dictionary<string, string>(), "health", $"http://{name}:{port}");
        Assert.Equal(1, await inVain.WaitForExitAsync(Cancellation));
        Assert.StartsWith($"http://{name}:{port} does not answer: ", inVain.Errors.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replay", "07-9f86d0")]
    [InlineData("discard", "x=y")]
    public async Task What_the_shim_refuses_is_told_in_words(params string[] words)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Token", "mgt_vendor_token"));

        var (exitCode, output, errors) = await stand.RunProgramAsync(["dead-letters", .. words], Cancellation);

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Matches("^[A-Z][^{}\\\\\"]+\\.$", errors);
    }

    [Fact]
    public async Task A_wrong_token_is_told_in_words()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Token", "mgt_vendor_token"));

        var (exitCode, _, errors) = await stand.RunProgramAsync(["dead-letters", "list"], Cancellation, ("Management:Token", "mgt_another_token"));

        Assert.Equal((1, "That is not the token of Management:Token."), (exitCode, errors));
    }
}

using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Hosting;

/// <summary><c>proxyshim check</c> as a program; what it finds in broken set-ups is PreflightTests'.</summary>
[RedisSuite]
public sealed class CheckTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_ends_well_where_the_shim_would_do_well()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        await stand.NewCustomerAsync();

        var (exitCode, output, _) = await stand.RunProgramAsync(["check"], Cancellation);

        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain('\e', output);
        Assert.Contains("ok      settings", output, StringComparison.Ordinal);
        Assert.Empty(stand.Conversions);
    }

    [Fact]
    public async Task A_proxy_that_refuses_is_named()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        var proxy = FreePort.Next();

        var (exitCode, output, _) = await stand.RunProgramAsync(
            ["check", "--json"], Cancellation, ("CustomerApi:Address", "https://api.partnerstack.invalid"), ("Outbound:UseSystemProxy", "true"), ("HTTPS_PROXY", $"http://127.0.0.1:{proxy}"));

        Assert.Equal(1, exitCode);
        var finding = Assert.Single(JsonElement.Parse(output).GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("reason").GetString() == "proxy");
        Assert.Contains($"127.0.0.1:{proxy}", finding.GetProperty("seen").GetString(), StringComparison.Ordinal);
        Assert.Contains("HTTPS_PROXY", finding.GetProperty("do").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_cannot_be_used_end_it_with_78()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation);

        var (exitCode, output, _) = await stand.RunProgramAsync(["check"], Cancellation, ("Rollout:Percent", "101"));

        Assert.Equal(78, exitCode);
        Assert.Contains("Rollout:Percent", output, StringComparison.Ordinal);
    }
}

using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary><c>config/sidecar/REMOVING.md</c>: what an operator is told to look for is what the shim says.</summary>
[RedisSuite]
public sealed class RemovingTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_the_mode_off_the_ledger_empties_itself_and_says_so()
    {
        var page = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "config", "sidecar", "REMOVING.md"), Cancellation);
        var expected = page.Select(line => line.Trim()).Where(line => line.StartsWith("proxyshim_", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, expected.Count);
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Verification:Grace", "00:00:02"));
        await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);
        using var client = new HttpClient();
        await Eventually.IsTrueAsync(
            "the conversion waits to be read back",
            async () => !await SaysAllAsync(client, stand.Shim, expected), cancellation: Cancellation);

        await stand.Shim.StopAsync(Cancellation);
        await using var off = await ShimProcess.StartAsync(stand.SettingsWith(("Rollout:Mode", "Off")), Cancellation);

        await Eventually.IsTrueAsync("nothing is due and nothing unverified", () => SaysAllAsync(client, off, expected), cancellation: Cancellation);
        Assert.Single(stand.Conversions);
    }

    private static async Task<bool> SaysAllAsync(HttpClient client, ShimProcess shim, List<string> expected)
    {
        var metrics = (await client.GetStringAsync(new Uri(shim.Management, "/metrics"), Cancellation)).Split('\n');
        return metrics.Any(line => line.StartsWith("proxyshim_ledger_depth{", StringComparison.Ordinal)) && expected.All(metrics.Contains);
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Telemetry;

/// <summary>Whatever becomes of its log, the shim serves, and says that the log is lost where it still can.</summary>
[RedisSuite]
public sealed class LogOutputTests(TestRedis redis)
{
    private const int Calls = 30;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("standard output is closed", "exec \"$SHIM\" >&-")]
    [InlineData("all are closed", "exec \"$SHIM\" <&- >&- 2>&-")]
    [InlineData("the disk is full", "exec \"$SHIM\" >/dev/full")]
    [InlineData("it is not for writing", "exec \"$SHIM\" 1</dev/null")]
    [InlineData("its reader is gone", "mkfifo log; (: <log) & exec \"$SHIM\" >log")]
    public async Task A_lost_log_costs_no_conversion_and_is_told(string output, string script)
    {
        var binary = await PublishedShim.LocateAsync();
        Require.That(binary.IsNative || output != "all are closed", "the JIT's own files have taken the numbers first", Linker.Remedy);
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        using var folder = new TemporaryFolder();
        await using var shim = ShimProcess.Launch(await WrappedShim.WriteAsync(folder, script, Cancellation), stand.SettingsWith(("Delivery:Concurrency", "4")));
        await shim.WaitUntilReadyAsync(Cancellation);
        using var client = new HttpClient();

        for (var call = 0; call < Calls; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(shim.Address, "/api/v2/customers"))
            {
                Content = new StringContent(Stand.Body(await stand.NewCustomerAsync()), Encoding.UTF8, "application/json"),
            };
            request.Headers.Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);
            using var answer = await client.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Null(shim.ExitCode);
        await Eventually.IsTrueAsync(
            $"{output}: what is lost is counted, and told",
            async () => (await DroppedAsync(client, shim)) >= Calls && (await DegradedAsync(client, shim)).Contains("log"),
            cancellation: Cancellation);
        Assert.Equal(0, await shim.StopAsync(Cancellation));
    }

    private static async Task<long> DroppedAsync(HttpClient client, ShimProcess shim)
    {
        const string Metric = "proxyshim_log_events_dropped_total ";
        var metrics = await client.GetStringAsync(new Uri(shim.Management, "/metrics"), Cancellation);
        return long.Parse(metrics.Split('\n').Single(line => line.StartsWith(Metric, StringComparison.Ordinal))[Metric.Length..], null);
    }

    private static async Task<IEnumerable<string?>> DegradedAsync(HttpClient client, ShimProcess shim)
    {
        var ready = JsonElement.Parse(await client.GetStringAsync(new Uri(shim.Management, "/healthz/ready"), Cancellation));
        return [.. ready.GetProperty("degraded").EnumerateArray().Select(part => part.GetProperty("part").GetString())];
    }
}

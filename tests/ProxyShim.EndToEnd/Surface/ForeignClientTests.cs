using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>
/// Customer API clients in other languages (<c>clients/</c>) make the same calls of PartnerStack itself and of the shim before another, and see the same
/// answers but for what <c>clients/calls.json</c> says.
/// </summary>
[RedisSuite]
public sealed class ForeignClientTests(TestRedis redis)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly string[] s_converted = ["converted", "full", "odd", "older", "slash"];

    // Calls that are not ours to convert, although there is a click.
    private static readonly string[] s_left = ["query", "refused"];
    private static readonly string[] s_withoutClick = ["plain", "plainolder"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task Node_sees_no_difference() => PlayAsync(Require.Program("node", "nodejs"), "customer_api.mjs");

    [Fact]
    public async Task Python_sees_no_difference()
    {
        var python = Require.Program("python3", "python3");
        await using var requests = ChildProcess.Start(python, ["-c", "import requests"]);
        Require.That(await requests.WaitForExitAsync(Limit, Cancellation) == 0, "Python has no requests", "apt-get install python3-requests");
        await PlayAsync(python, "customer_api.py");
    }

    private async Task PlayAsync(string program, string script)
    {
        var options = new SimulatedPartnerStackOptions { KeyPairs = [new(Stand.PublicKey, Stand.SecretKey)] };
        await using var direct = await SimulatedPartnerStack.StartAsync(options, Cancellation);
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        var keys = await KeysAsync(stand);
        var setup = JsonSerializer.Serialize(new
        {
            direct = direct.CustomerApiAddress.GetLeftPart(UriPartial.Authority),
            shim = stand.Shim.Address.GetLeftPart(UriPartial.Authority),
            @public = Stand.PublicKey,
            secret = Stand.SecretKey,
            keys,
        });

        await using var client = ChildProcess.Start(program, [Path.Combine(Repository.Root, "tests", "ProxyShim.EndToEnd", "clients", script), setup]);
        var exitCode = await client.WaitForExitAsync(Limit, Cancellation);

        TestContext.Current.SendDiagnosticMessage(string.Join('\n', client.Output));
        Assert.True(exitCode == 0, client.Describe());

        // It was not compared with itself: on one side these customers came as conversions.
        Assert.Empty(direct.Conversions);
        Assert.Equal(
            s_converted.Select(name => keys[name]).Order(),
            stand.Conversions.Select(conversion => conversion.CustomerKey).Order());
    }

    private static async Task<Dictionary<string, string>> KeysAsync(Stand stand)
    {
        var keys = s_withoutClick.ToDictionary(name => name, _ => Stand.NewKey());
        foreach (var name in s_converted.Concat(s_left))
        {
            keys[name] = name == "odd" ? $"{Stand.NewKey()} a/b?c=ä&😀%2F" : Stand.NewKey();
            await stand.Redis.Database.StringSetAsync(stand.Redis.Key($"click:{keys[name]}"), "xid-1");
        }

        return keys;
    }
}

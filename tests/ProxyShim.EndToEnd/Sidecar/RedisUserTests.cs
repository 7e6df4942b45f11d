using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>The Redis user of <c>config/sidecar/README.md</c> may do all that the shim does, and no more.</summary>
[RedisSuite]
public sealed partial class RedisUserTests(TestRedis redis)
{
    private const string Token = "mgt_operators_token";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    // As it stands on the page; the words are redis-cli's.
    private static readonly string[] s_user = new MarkdownPage("README.md").Lines("redis").Single().Split(' ');

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_path_of_a_conversion_is_open_to_it()
    {
        await using var server = await RedisServer.StartAsync(["appendonly yes"], Cancellation);
        Assert.Equal("OK", await server.ExecuteAsync(Cancellation, s_user));
        await using var stand = await StartAsync(server);

        // Converted, asked for again, and read while PartnerStack does not know it yet.
        var usual = await CustomerAsync(server);
        Assert.Equal("converted", await PostAsync(stand, usual));
        Assert.Equal("duplicate", await PostAsync(stand, usual));
        await stand.CallAsync(new(HttpMethod.Get, $"/api/v2/customers/{usual}"), Cancellation);

        // Refused for good: given back to the Customer API.
        stand.PartnerStack.ConversionApi.EnqueueFaults(Fault.Status(400));
        Assert.Equal("fallback", await PostAsync(stand, await CustomerAsync(server)));

        // A 200 that creates nothing: found out by the read-back, and sent again.
        stand.PartnerStack.ConversionApi.EnqueueFaults(Fault.Phantom);
        var phantom = await CustomerAsync(server);
        Assert.Equal("converted", await PostAsync(stand, phantom));
        await BecomesAsync(stand, phantom, "verified");

        // Never taken: tried again in vain, dead, and replayed by a person.
        stand.PartnerStack.ConversionApi.SetFault(Fault.Status(503));
        var late = await CustomerAsync(server);
        Assert.Equal("queued", await PostAsync(stand, late));
        await BecomesAsync(stand, late, "dead");
        stand.PartnerStack.ConversionApi.ClearFaults();
        await AdminAsync(stand, HttpMethod.Post, "/admin/dead-letters/replay");
        await BecomesAsync(stand, late, "verified");

        await BecomesAsync(stand, usual, "verified");
        await AdminAsync(stand, HttpMethod.Get, "/admin/overview");

        // Clicks of a file: new ones, the same again, and a newer one.
        foreach (var xid in (string[])["first", "first", "second"])
        {
            await AdminAsync(stand, HttpMethod.Post, "/admin/clicks/import", $$"""{"customer_key":"imported","xid":"{{xid}}"}""");
        }

        // What the library would hear from other clients of its kind by subscribing is nothing that the shim needs.
        Assert.Subset(new HashSet<string> { "subscribe" }, Refusals(await server.ExecuteAsync(Cancellation, "ACL", "LOG")).ToHashSet());
    }

    [Fact]
    public void It_may_run_every_command_of_the_scripts()
    {
        var scripts = Directory.GetFiles(Path.Combine(Repository.Root, "src", "ProxyShim"), "*.lua", SearchOption.AllDirectories);
        var called = scripts
            .SelectMany(script => Call().Matches(File.ReadAllText(script)))
            .Select(call => $"+{call.Groups[1].Value.ToLowerInvariant()}")
            .ToHashSet();

        Assert.Contains("+time", called);
        Assert.Subset(s_user.ToHashSet(), called);
    }

    [Fact]
    public async Task It_reaches_no_other_key_and_nothing_dangerous()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await server.ExecuteAsync(Cancellation, s_user);

        Assert.Equal("OK", await server.ExecuteAsync(Cancellation, "ACL", "DRYRUN", "proxyshim", "SET", "proxyshim:live:format", "1"));
        foreach (var forbidden in new string[][] { ["GET", "session:1"], ["FLUSHALL"], ["KEYS", "*"], ["CONFIG", "SET", "dir", "/"], ["ACL", "LIST"] })
        {
            var answer = await server.ExecuteAsync(Cancellation, ["ACL", "DRYRUN", "proxyshim", .. forbidden]);
            Assert.Contains("has no permissions", answer, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("""redis\.p?call\(\s*['"](\w+)""")]
    private static partial Regex Call();

    // The commands. redis-cli prints each entry's fields as a name and a value, a line each: reason, context, object …
    private static IEnumerable<string> Refusals(string log)
    {
        var lines = log.Split('\n');
        return lines.Index().Where(line => line.Item == "reason" && lines[line.Index + 1] == "command").Select(line => lines[line.Index + 5]);
    }

    private static async Task<string> CustomerAsync(RedisServer server)
    {
        var key = Stand.NewKey();
        await server.ExecuteAsync(Cancellation, "SET", $"click:{key}", "xid-1");
        return key;
    }

    // From the log: an answer of the Customer API itself has no header of ours.
    private static async Task<string?> PostAsync(Stand stand, string key)
        => (await stand.EventOfAsync(await stand.PostAsync(Stand.Body(key), Cancellation), Cancellation)).GetProperty("Outcome").GetString();

    private static Task BecomesAsync(Stand stand, string key, string state) => Eventually.IsTrueAsync(
        $"it is {state}",
        async () => JsonElement.Parse(await AdminAsync(stand, HttpMethod.Get, $"/admin/conversions/{key}")).GetProperty("state").GetString() == state,
        s_limit,
        Cancellation);

    private static async Task<string> AdminAsync(Stand stand, HttpMethod method, string path, string? body = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(stand.Shim.Management, path)) { Content = body is null ? null : new StringContent(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var answer = await client.SendAsync(request, Cancellation);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    private async Task<Stand> StartAsync(RedisServer server)
    {
        var stand = await Stand.StartAsync(
            redis,
            Cancellation,
            ("Redis:ConnectionString", $"{server.Endpoint},user=proxyshim,password=PASSWORD"),
            ("Redis:KeyPrefix", null),
            ("Clicks:Keys:0", null),
            ("Management:Token", Token),
            ("ConversionApi:MaxAttempts", "1"),
            ("Delivery:Schedule:0", "00:00:01.100"),
            ("Delivery:MaxAge", "00:00:05"),
            ("Verification:Grace", "00:00:00.100"),
            ("Verification:Interval", "00:00:00.100"));
        await stand.WaitForRedisAsync(Cancellation);
        return stand;
    }
}

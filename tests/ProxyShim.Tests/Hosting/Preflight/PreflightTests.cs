using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using ProxyShim.Hosting.Preflight;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using ProxyShim.Tests.Sandbox;
using Xunit;

namespace ProxyShim.Tests.Hosting.Preflight;

/// <summary>Fifteen set-ups that were broken by somebody: the check names each fault and its mend. (The proxy's row needs a process of its own: CheckTests of the end-to-end tests.)</summary>
public sealed class PreflightTests : SimulatorFixture
{
    private static readonly string[] s_acl = ["reset", "on", ">s3cret", "~*", "&*", "+@all"];

    [Fact]
    public async Task All_is_well_where_all_is_well_and_nothing_is_left_behind()
    {
        await using var redis = await RedisServer.StartAsync(["appendonly yes"], Cancellation);
        await redis.ExecuteAsync(Cancellation, "SET", "click:ada", "xid_ada");
        await CreateAsync("""{"customer_key":"ada","email":"ada@example.com","partner_key":"partner"}""");

        var (exitCode, findings) = await CheckAsync(redis.Endpoint);

        Assert.All(findings, finding => Assert.Equal("ok", finding.Level));
        Assert.Equal(0, exitCode);
        Assert.Equal(["clicks", "conversion_api", "customer_api", "key_pair", "redis", "settings"], findings.Select(finding => finding.Part).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal("click:ada", await redis.ExecuteAsync(Cancellation, "KEYS", "*"));
        Assert.Empty(Stack.Conversions);
    }

    [Fact]
    public async Task A_wrong_password()
    {
        await using var redis = await RedisServer.StartAsync(cancellation: Cancellation);
        await redis.ExecuteAsync(Cancellation, "CONFIG", "SET", "requirepass", "s3cret");

        await FindsAsync($"{redis.Endpoint},password=wrong", "redis", "auth", "user and password");
    }

    [Fact]
    public async Task An_ACL_without_a_command_of_the_scripts()
    {
        await using var redis = await RedisServer.StartAsync(cancellation: Cancellation);
        await redis.ExecuteAsync(Cancellation, ["ACL", "SETUSER", "shim", .. s_acl, "-zadd"]);

        var finding = await FindsAsync($"{redis.Endpoint},user=shim,password=s3cret", "redis", "noperm", "Grant");

        Assert.Contains("zadd", finding.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_evicting_policy()
    {
        await using var redis = await RedisServer.StartAsync(["maxmemory-policy allkeys-lru"], Cancellation);

        await FindsAsync(redis.Endpoint, "redis", "evicts", "noeviction");
    }

    [Fact]
    public async Task A_replica_as_target()
    {
        await using var redis = await RedisServer.StartAsync(cancellation: Cancellation);
        await redis.ExecuteAsync(Cancellation, "REPLICAOF", "127.0.0.1", "1");

        await FindsAsync(redis.Endpoint, "redis", "readonly", "primary");
    }

    [Fact]
    public async Task A_Cluster_without_a_master()
    {
        await using var cluster = await RedisCluster.StartAsync(cancellation: Cancellation);
        await cluster.Nodes[2].KillAsync();
        await Eventually.IsTrueAsync(
            "the cluster is down",
            async () => (await cluster.Nodes[0].ExecuteAsync(Cancellation, "CLUSTER", "INFO")).Contains("cluster_state:fail", StringComparison.Ordinal), cancellation: Cancellation);

        await FindsAsync(cluster.Nodes[0].Endpoint, "redis", "cluster", "slots");
    }

    [Fact]
    public Task A_name_that_does_not_resolve() => WithRedisAsync("customer_api", "dns", "CustomerApi:Address", ("CustomerApi:Address", "https://nowhere.invalid"));

    [Fact]
    public Task A_port_where_nobody_listens() =>
        WithRedisAsync("conversion_api", "refused", "ConversionApi:Address", ("ConversionApi:Address", $"http://127.0.0.1:{FreePort.Next()}"));

    [Theory]
    [InlineData("localhost", -1, 1, "private_ca", "SSL_CERT_FILE")]
    [InlineData("elsewhere.example", -1, 1, "tls_name", "CustomerApi:Address")]
    [InlineData("localhost", -3, -2, "certificate_expired", "renew")]
    public async Task A_certificate_that_nobody_should_trust(string name, int from, int to, string reason, string remedy)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(now.AddDays(from), now.AddDays(to));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        await using var server = builder.Build();
        await server.StartAsync(Cancellation);

        await WithRedisAsync("customer_api", reason, remedy, ("CustomerApi:Address", $"https://localhost:{new Uri(server.Urls.Single()).Port}"));
    }

    [Fact]
    public Task Token_and_key_swapped() =>
        WithRedisAsync("token", "swapped", "ConversionApi:Token", ("ConversionApi:Token", "sk_sandbox"), ("CustomerApi:SecretKey", "tok_sandbox"));

    [Fact]
    public async Task A_pair_of_another_environment_than_the_settings_say()
    {
        await CreateAsync("""{"customer_key":"ada","email":"ada@example.com","partner_key":"partner"}""");

        await WithRedisAsync("key_pair", "environment", "one environment", ("ConversionApi:Test", "true"));
    }

    [Fact]
    public async Task A_pair_that_the_Customer_API_does_not_know() =>
        await WithRedisAsync("key_pair", "unauthorized", "CustomerApi:SecretKey", ("CustomerApi:SecretKey", "sk_other"));

    [Fact]
    public async Task A_clock_that_is_ten_minutes_off()
    {
        await using var redis = await RedisServer.StartAsync(cancellation: Cancellation);

        await FindsAsync(redis.Endpoint, "redis", "clock", "NTP", new Ahead());
    }

    [Theory]
    [InlineData(null, "none", "Clicks:Keys")]
    [InlineData("two words", "malformed", "Clicks:Format")]
    public async Task No_key_that_holds_a_click(string? value, string reason, string remedy)
    {
        await using var redis = await RedisServer.StartAsync(cancellation: Cancellation);
        await redis.ExecuteAsync(Cancellation, "SET", value is null ? "clicks:ada" : "click:ada", value ?? "xid_ada");

        await FindsAsync(redis.Endpoint, "clicks", reason, remedy);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_test_conversion_is_sent_to_the_test_environment_only(bool test)
    {
        await using var redis = await RedisServer.StartAsync(cancellation: Cancellation);

        var (exitCode, findings) = await CheckAsync(redis.Endpoint, sendTest: true, more: [("ConversionApi:Test", test ? "true" : "false"), ("Verification:Grace", "00:00:01")]);

        Assert.Equal((test ? 0 : 1, test ? 1 : 0), (exitCode, Stack.Conversions.Count));
        Assert.Contains(findings, finding => finding.Part == "test" && finding.Level == (test ? "ok" : "fault"));
    }

    [Fact]
    public async Task What_is_wrong_with_settings_is_told_likewise()
    {
        var (exitCode, findings) = await CheckAsync("localhost:1", more: [("Rollout:Percent", "101")]);

        Assert.Equal(78, exitCode);
        Assert.Contains("Rollout:Percent", Assert.Single(findings).Seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jane@acme.com")]
    [InlineData("amFuZUBhY21lLmNvbQ")]
    public async Task A_partner_who_is_an_address_is_named_by_a_pseudonym(string address)
    {
        var (_, findings) = await CheckAsync($"127.0.0.1:{FreePort.Next()}", more: [("Rollout:Partners:0", "lovelace"), ("Rollout:Partners:1", address)]);

        Assert.Matches("partners=lovelace,[0-9a-f]{32};", findings.First(finding => finding.Part == "settings").Seen);
        Assert.All(findings, finding => Assert.DoesNotContain(address, $"{finding}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_says_what_was_seen_what_it_means_and_what_to_do()
    {
        using var output = new MemoryStream();

        await PreflightCommand.RunAsync(Arguments($"127.0.0.1:{FreePort.Next()}"), json: false, sendTest: false, colours: true, output, TimeProvider.System);

        var lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n');
        Assert.Contains(lines, line => line.StartsWith("\e[31mfault   \e[0mredis          Redis does not serve (refused): 127.0.0.1:", StringComparison.Ordinal)
            && line.Contains(": no click is found and nothing is converted. Do: Start Redis", StringComparison.Ordinal));
    }

    private async Task WithRedisAsync(string part, string reason, string remedy, params (string Key, string Value)[] more)
    {
        await using var redis = await RedisServer.StartAsync(cancellation: Cancellation);
        await FindsAsync(redis.Endpoint, part, reason, remedy, more: more);
    }

    private async Task<Shown> FindsAsync(string connection, string part, string reason, string remedy, TimeProvider? time = null, params (string Key, string Value)[] more)
    {
        var (exitCode, findings) = await CheckAsync(connection, time, more: more);
        var finding = Assert.Single(findings, finding => finding.Reason == reason);

        Assert.Equal((part, finding.Level == "fault" ? 1 : 0), (finding.Part, exitCode));
        Assert.Contains(remedy, finding.Do, StringComparison.Ordinal);
        Assert.NotEmpty(finding.Means);
        return finding;
    }

    private async Task<(int ExitCode, IReadOnlyList<Shown> Findings)> CheckAsync(
        string connection, TimeProvider? time = null, bool sendTest = false, params (string Key, string Value)[] more)
    {
        using var output = new MemoryStream();
        var exitCode = await PreflightCommand.RunAsync(Arguments(connection, more), json: true, sendTest, colours: false, output, time ?? TimeProvider.System);
        var text = Encoding.UTF8.GetString(output.ToArray());
        Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal);
        return (exitCode,
        [
            .. JsonElement.Parse(text).GetProperty("findings").EnumerateArray().Select(finding => new Shown(
                Text(finding, "level"), Text(finding, "part"), Text(finding, "reason"), Text(finding, "seen"), Text(finding, "means"), Text(finding, "do"))),
        ]);
    }

    private string[] Arguments(string connection, params (string Key, string Value)[] more)
    {
        var all = new Dictionary<string, string>
        {
            ["CustomerApi:Address"] = Stack.CustomerApiAddress.OriginalString,
            ["ConversionApi:Address"] = Stack.ConversionApiAddress.OriginalString,
            ["CustomerApi:PublicKey"] = "pk_sandbox",
            ["CustomerApi:SecretKey"] = "sk_sandbox",
            ["ConversionApi:Token"] = "tok_sandbox",
            ["Privacy:PseudonymKey"] = Convert.ToBase64String(new byte[32]),
            ["Redis:ConnectionString"] = connection,
        };
        foreach (var (key, value) in more)
        {
            all[key] = value;
        }

        return [.. all.Select(setting => $"--{setting.Key}={setting.Value}")];
    }

    private static string Text(JsonElement finding, string name) => finding.GetProperty(name).GetString()!;

    private sealed record Shown(string Level, string Part, string Reason, string Seen, string Means, string Do);

    /// <summary>Ten minutes ahead; timers run as ever.</summary>
    private sealed class Ahead : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddMinutes(10);
    }
}

using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using ProxyShim.EndToEnd.Faults;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Container;

/// <summary>The image, in a real engine.</summary>
[RedisSuite]
[UnsupportedOSPlatform("windows")]
public sealed class ContainerTests(TestRedis redis)
{
    private const int Connections = 8;
    private const int Clicks = 20_000;

    // Calls after which the load is at its height.
    private const int Settled = 200;

    // What a kubelet gives, and more than ShutdownTimeout.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);

    // A Conversion API that takes a moment: at any time some calls are in flight.
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(20);

    private static readonly SimulatedPartnerStackOptions s_account = new() { KeyPairs = [new(Stand.PublicKey, Stand.SecretKey)], ConversionToken = Stand.Token };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_converts_with_a_read_only_root_no_capability_and_64_MiB()
    {
        _ = DockerCli.Image;
        await using var partnerStack = await SimulatedPartnerStack.StartAsync(s_account, Cancellation);
        await using var scope = await redis.OpenAsync();
        using var secrets = Secrets(("CustomerApi__SecretKey", Stand.SecretKey), ("ConversionApi__Token", Stand.Token), ("Redis__ConnectionString", scope.ConnectionString));
        var settings = Settings(partnerStack, scope);
        settings.Remove("CustomerApi:SecretKey");
        settings.Remove("ConversionApi:Token");
        settings.Remove("Redis:ConnectionString");
        await using var container = await ShimContainer.StartAsync(
            settings, [.. ShimContainer.Restrictions, "--volume", $"{secrets.Path}:/run/secrets:ro"], Cancellation);

        Assert.Equal("converted", await PostAsync(container, await CustomerAsync(scope)));

        Assert.Single(partnerStack.Conversions);
        Assert.Equal("65532 true [ALL]", await container.InspectAsync("{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}", Cancellation));
        Assert.Equal(0, await container.StopAsync(s_grace, Cancellation));
    }

    // Nobody sets anything but what the shim cannot know: whom it speaks for, and its Redis, which is away.
    [Fact]
    public async Task As_the_image_is_it_is_healthy_in_Dockers_own_eyes()
    {
        _ = DockerCli.Image;
        await using var container = await ShimContainer.StartAloneAsync(
            new Dictionary<string, string>
            {
                ["CustomerApi:PublicKey"] = Stand.PublicKey,
                ["CustomerApi:SecretKey"] = Stand.SecretKey,
                ["ConversionApi:Token"] = Stand.Token,
                ["Redis:ConnectionString"] = "127.0.0.1:6379",
            },
            Cancellation);

        Assert.Equal("healthy", await container.InspectAsync("{{.State.Health.Status}}", Cancellation));
        var environment = await container.InspectAsync("{{json .Config.Env}}", Cancellation);
        Assert.Contains("\"Urls=http://0.0.0.0:8080\"", environment, StringComparison.Ordinal);
        Assert.Contains("\"Management__Url=http://0.0.0.0:8081\"", environment, StringComparison.Ordinal);
        Assert.Equal(0, await container.StopAsync(s_grace, Cancellation));
    }

    [Fact]
    public async Task It_writes_nothing_where_it_could()
    {
        _ = DockerCli.Image;
        await using var partnerStack = await SimulatedPartnerStack.StartAsync(s_account, Cancellation);
        await using var scope = await redis.OpenAsync();
        await using var container = await ShimContainer.StartAsync(Settings(partnerStack, scope), [], Cancellation);

        Assert.Equal("converted", await PostAsync(container, await CustomerAsync(scope)));
        Assert.Equal(0, await container.StopAsync(s_grace, Cancellation));

        Assert.Equal("", await container.DiffAsync(Cancellation));
    }

    [Fact]
    public async Task A_stop_under_load_loses_no_request()
    {
        _ = DockerCli.Image;
        await using var server = await RedisServer.StartAsync(["appendonly yes"], Cancellation);
        await using var ledger = await LedgerView.OpenAsync(server.Endpoint, Cancellation);
        await ledger.WriteClicksAsync(Enumerable.Range(0, Clicks).Select(CustomerKey));
        await using var partnerStack = await SimulatedPartnerStack.StartAsync(s_account, Cancellation);
        partnerStack.ConversionApi.SetFault(Fault.Delay(s_pace));
        var settings = Settings(partnerStack);
        settings["Redis:ConnectionString"] = server.Endpoint;

        // A machine that is busy with this test shall not look like a Redis that hangs.
        settings["Redis:Timeout"] = "00:00:10";
        await using var container = await ShimContainer.StartAsync(settings, ShimContainer.Restrictions, Cancellation);
        var app = new KeepAliveApp(container.Address, CustomerKey);
        using var leaving = new CancellationTokenSource();
        var load = app.RunAsync(Connections, leaving.Token, Cancellation);
        await app.AfterAsync(Settled, Cancellation);

        // It takes the app a while to be sent elsewhere.
        var exit = container.StopAsync(s_grace, Cancellation);
        await app.AfterAsync(Settled, Cancellation);
        await leaving.CancelAsync();
        await load;

        Assert.Equal("0 false", $"{await exit} {await container.InspectAsync("{{.State.OOMKilled}}", Cancellation)}");
        Assert.Empty(app.Failures);
        Assert.Equal(0, app.Refused);
        Assert.Equal(app.Acknowledged.Order(), partnerStack.Conversions.Select(conversion => conversion.CustomerKey).Order());

        // It was really stopping while it served.
        Assert.InRange(app.Connections, Connections + 1, int.MaxValue);
    }

    [Fact]
    public async Task It_says_what_it_is()
    {
        var version = await DockerCli.RunAsync(["run", "--rm", "--network", "none", .. ShimContainer.Restrictions, DockerCli.Image, "--version"], Cancellation);
        var labels = await DockerCli.RunAsync(
            [
                "inspect", "--format",
                """{{index .Config.Labels "org.opencontainers.image.title"}} {{index .Config.Labels "org.opencontainers.image.revision"}} {{.Config.User}} {{.Config.StopSignal}}""",
                DockerCli.Image,
            ],
            Cancellation);

        Assert.Matches(@"^\d+\.\d+\.\d+\+[0-9a-f]{40}$", version);
        Assert.Equal($"ProxyShim {version[(version.IndexOf('+', StringComparison.Ordinal) + 1)..]} 65532:65532 SIGTERM", labels);
    }

    [Fact]
    public async Task There_is_no_shell_in_it()
    {
        var (exitCode, output) = await DockerCli.TryAsync(["run", "--rm", "--network", "none", "--entrypoint", "/bin/sh", DockerCli.Image], Cancellation);

        // The engine's code for a program that is not there.
        Assert.True(exitCode == 127, output);
    }

    private static string CustomerKey(int number) => string.Create(CultureInfo.InvariantCulture, $"customer-{number}");

    private static Dictionary<string, string> Settings(SimulatedPartnerStack partnerStack, RedisScope scope) => new(Settings(partnerStack))
    {
        ["Redis:ConnectionString"] = scope.ConnectionString,
        ["Redis:KeyPrefix"] = scope.KeyPrefix,
        ["Clicks:Keys:0"] = scope.Key("click:{customer_key}"),
    };

    private static Dictionary<string, string> Settings(SimulatedPartnerStack partnerStack) => new()
    {
        ["CustomerApi:Address"] = partnerStack.CustomerApiAddress.OriginalString,
        ["CustomerApi:PublicKey"] = Stand.PublicKey,
        ["CustomerApi:SecretKey"] = Stand.SecretKey,
        ["ConversionApi:Address"] = partnerStack.ConversionApiAddress.OriginalString,
        ["ConversionApi:Token"] = Stand.Token,
    };

    // As a kubelet lays them out: the files are links into a folder that it swaps as a whole.
    private static TemporaryFolder Secrets(params (string Name, string Value)[] secrets)
    {
        var folder = new TemporaryFolder();
        var data = Directory.CreateDirectory(Path.Combine(folder.Path, "..2026_01_01_00_00_00.1"));
        File.CreateSymbolicLink(Path.Combine(folder.Path, "..data"), data.Name);
        foreach (var (name, value) in secrets)
        {
            File.WriteAllText(Path.Combine(data.FullName, name), value + "\n");
            File.CreateSymbolicLink(Path.Combine(folder.Path, name), Path.Combine("..data", name));
        }

        // Temporary folders are their owner's alone; the container's user is another.
        foreach (var each in new[] { folder.Path, data.FullName })
        {
            File.SetUnixFileMode(each, File.GetUnixFileMode(each) | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        return folder;
    }

    private static async Task<string> CustomerAsync(RedisScope scope)
    {
        var key = Stand.NewKey();
        await scope.Database.StringSetAsync(scope.Key($"click:{key}"), "xid-1");
        return key;
    }

    /// <returns>The outcome.</returns>
    private static async Task<string> PostAsync(ShimContainer container, string customer)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(container.Address, "/api/v2/customers"))
        {
            Content = new StringContent(Stand.Body(customer), Encoding.UTF8, "application/json"),
            Headers = { Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey) },
        };
        using var answer = await client.SendAsync(request, Cancellation);
        return answer.Headers.GetValues("X-ProxyShim-Outcome").Single();
    }
}

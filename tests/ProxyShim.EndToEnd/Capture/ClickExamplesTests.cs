using System.Net;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.EndToEnd.Capture;

/// <summary>What <c>config/clicks.md</c> tells a developer to write is run as it stands there, and its click is in the conversion.</summary>
[RedisSuite]
public sealed class ClickExamplesTests(TestRedis redis)
{
    private const string Token = "a token of the back-end";
    private const string Fence = "```";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private static readonly string[] s_page = File.ReadAllLines(Path.Combine(Repository.Root, "config", "clicks.md"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bash", 0, "curl", "curl")]
    [InlineData("bash", 1, "redis-cli", "redis-tools")]
    [InlineData("javascript", 0, "node", "nodejs")]
    [InlineData("python", 0, "python3", "python3")]
    [InlineData("php", 0, "php", "php-cli")]
    [InlineData("csharp", 0, "dotnet", "dotnet-sdk-10.0")]
    public async Task An_example_brings_its_click_in(string language, int position, string program, string package)
    {
        Require.Program(program, package);
        var capture = $"http://127.0.0.1:{FreePort.Next()}";
        await using var stand = await Stand.StartAsync(
            redis, Cancellation, ("Capture:Url", capture), ("Capture:Token", Token), ("Clicks:Keys:0", null), ("Management:Token", "a token of the management"));
        using var folder = new TemporaryFolder();
        var (key, example) = (Stand.NewKey(), Examples(language)[position]);
        string[] arguments = language switch
        {
            "bash" => ["-c", example],
            "javascript" => ["--input-type=module", "-e", example],
            "python" => ["-c", example],
            "php" => ["-r", example],
            _ => ["run", await WriteAsync(folder, "example.cs", example)],
        };
        var variables = new Dictionary<string, string>
        {
            ["CAPTURE_URL"] = capture,
            ["CAPTURE_TOKEN"] = Token,
            ["CUSTOMER_KEY"] = key,
            ["XID"] = "X1aB2cD3eF4g",
            ["REDIS_URL"] = $"redis://{await MasterOfAsync(stand, key)}",
            ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
            ["HOME"] = folder.Path,
            ["DOTNET_CLI_HOME"] = folder.Path,
            ["DOTNET_NOLOGO"] = "1",
        };

        await using var run = ChildProcess.Start(language == "bash" ? "bash" : program, arguments, variables, folder.Path);
        Assert.True(await run.WaitForExitAsync(s_limit, Cancellation) == 0, run.Describe());

        Assert.Equal("converted", (await stand.PostAsync(Stand.Body(key), Cancellation)).Outcome);
        Assert.Equal("X1aB2cD3eF4g", Assert.Single(stand.Conversions).Xid);
        await stand.Redis.Database.KeyDeleteAsync($"click:{key}");
    }

    // What is told of a Sentinel is its own address, and of a Cluster some node's.
    private static async Task<EndPoint> MasterOfAsync(Stand stand, string key) =>
        (await stand.Redis.Database.IdentifyEndpointAsync($"click:{key}", CommandFlags.DemandMaster))!;

    // Of one language, each fenced block.
    private static List<string> Examples(string language)
    {
        List<string> found = [];
        for (var i = 0; i < s_page.Length; i++)
        {
            if (s_page[i] == Fence + language)
            {
                found.Add(string.Join('\n', s_page.Skip(i + 1).TakeWhile(line => line != Fence)));
            }
        }

        return found;
    }

    private static async Task<string> WriteAsync(TemporaryFolder folder, string name, string text)
    {
        var file = Path.Combine(folder.Path, name);
        await File.WriteAllTextAsync(file, text, Cancellation);
        return file;
    }
}

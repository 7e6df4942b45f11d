using System.Net;
using System.Net.Sockets;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Lifetime;

/// <summary>A start that fails says why in a line or two, on standard error, and ends with a code that a supervisor can tell from a crash.</summary>
public sealed class StartFailureTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Urls")]
    [InlineData("Management:Url")]
    public async Task A_port_that_is_taken_is_named(string setting)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        Assert.Contains(address, await FailAsync(1, (setting, address)), StringComparison.Ordinal);
    }

    // Documentation's address (RFC 5737) is nobody's.
    [Theory]
    [InlineData("Urls")]
    [InlineData("Management:Url")]
    public async Task An_address_that_is_not_ours_is_named(string setting)
        => Assert.Contains("http://203.0.113.7:8080", await FailAsync(1, (setting, "http://203.0.113.7:8080")), StringComparison.Ordinal);

    [Fact]
    public async Task A_certificate_that_is_missing_is_named()
        => Assert.Contains(
            "/nowhere/tls.crt",
            await FailAsync(1, ("Urls", $"https://127.0.0.1:{FreePort.Next()}"), ("Kestrel:Certificates:Default:Path", "/nowhere/tls.crt")),
            StringComparison.Ordinal);

    [Fact]
    public async Task TLS_without_a_certificate_is_told()
        => Assert.Contains("certificate", await FailAsync(1, ("Urls", $"https://127.0.0.1:{FreePort.Next()}")), StringComparison.OrdinalIgnoreCase);

    /// <returns>What it wrote to standard error.</returns>
    private static async Task<string> FailAsync(int exitCode, params (string Key, string Value)[] settings)
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string>
        {
            // Not the home of who runs the tests: the SDK puts a certificate for developers there, which Kestrel takes where none is set.
            ["HOME"] = folder.Path,
            ["Urls"] = $"http://127.0.0.1:{FreePort.Next()}",
            ["Management:Url"] = $"http://127.0.0.1:{FreePort.Next()}",
            ["CustomerApi:PublicKey"] = Stand.PublicKey,
            ["CustomerApi:SecretKey"] = Stand.SecretKey,
            ["ConversionApi:Token"] = Stand.Token,
            ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
        };
        foreach (var (key, value) in settings)
        {
            environment[key] = value;
        }

        var shim = await PublishedShim.LocateAsync();
        await using var process = ChildProcess.Start(
            shim.Path, [], environment.ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value), folder.Path);

        Assert.True(await process.WaitForExitAsync(s_limit, Cancellation) == exitCode, process.Describe());
        Assert.InRange(process.Errors.Count, 1, 2);
        Assert.DoesNotContain(process.Errors, line => line.Contains("   at ", StringComparison.Ordinal));
        return string.Join('\n', process.Errors);
    }
}

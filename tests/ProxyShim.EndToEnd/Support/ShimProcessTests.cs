using System.Net;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Support;

public class ShimProcessTests
{
    // Nobody listens there; the shim starts and serves without its peers.
    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
        ["CustomerApi:Address"] = $"http://127.0.0.1:{FreePort.Next()}",
        ["CustomerApi:PublicKey"] = "pk_public",
        ["CustomerApi:SecretKey"] = "sk_secret",
        ["ConversionApi:Token"] = "tok_secret",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_ready_when_started_and_ends_well_when_asked_to()
    {
        await using var shim = await ShimProcess.StartAsync(s_settings, Cancellation);
        using var client = new HttpClient();

        using var answer = await client.GetAsync(new Uri(shim.Management, "/healthz/live"), Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null(shim.ExitCode);
        Assert.True(await shim.StopAsync(Cancellation) == 0, shim.Describe());
    }

    [Fact]
    public async Task A_killed_one_is_gone()
    {
        await using var shim = await ShimProcess.StartAsync(s_settings, Cancellation);

        await shim.KillAsync();

        Assert.Equal(128 + 9, shim.ExitCode);
    }

    [Fact]
    public async Task Its_log_lines_can_be_read()
    {
        await using var shim = await ShimProcess.StartAsync(s_settings, Cancellation);
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(shim.Address, "/api/v2/partnerships"), Cancellation);

        var line = await shim.WaitForLogAsync("the request is in the log", entry => entry.TryGetProperty("Outcome", out _), Cancellation);

        Assert.Equal("unavailable", line.GetProperty("Outcome").GetString());
    }

    [Fact]
    public async Task One_that_cannot_start_is_told_with_its_words()
    {
        var settings = new Dictionary<string, string>(s_settings) { ["Redis:ConnectionString"] = "" };

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => ShimProcess.StartAsync(settings, Cancellation));

        Assert.Contains("exit code 78", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Redis:ConnectionString", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_runs_to_its_end()
    {
        await using var shim = await ShimProcess.LaunchAsync(new Dictionary<string, string>(), "--version");

        Assert.Equal(0, await shim.WaitForExitAsync(Cancellation));
        Assert.Matches(@"^\d+\.\d+\.\d+", Assert.Single(shim.Output));
    }
}

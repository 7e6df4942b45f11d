using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Hosting;

/// <summary>Whoever does not know the program asks it: each command says what it is for, and what is wrong with what was written.</summary>
public sealed class CommandLineTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("--help", "proxyshim [command]")]
    [InlineData("-h", "dead-letters")]
    [InlineData("help", "Redis__Timeout=1s")]
    [InlineData("serve --help", "78  settings cannot be used")]
    [InlineData("serve --help", "70  a background service has failed")]
    [InlineData("serve -h", "--Urls=http://0.0.0.0:8080")]
    [InlineData("health --help", "Management:Url")]
    [InlineData("help health", "kubectl exec")]
    [InlineData("dead-letters --help", "discard <REF>")]
    [InlineData("dead-letters replay --help", "--all")]
    [InlineData("help dead-letters replay", "--all")]
    [InlineData("report --help", "kubectl logs")]
    [InlineData("help report", "--json")]
    [InlineData("settings --help", "settings.md")]
    [InlineData("version --help", "Prints the version.")]
    public async Task Help_is_no_error(string line, string expected)
    {
        var (exitCode, output, errors) = await RunAsync(line.Split(' '));

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_can_be_asked_for_in_two_ways()
    {
        var (exitCode, output, _) = await RunAsync("--version");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", output);
        Assert.Equal((0, output, ""), await RunAsync("version"));
    }

    [Fact]
    public async Task Settings_are_listed()
        => Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "config", "settings.md"), Cancellation), (await RunAsync("settings")).Output + "\n");

    [Theory]
    [InlineData("helth", "Did you mean 'health'? 'proxyshim --help' tells")]
    [InlineData("Urls=http://127.0.0.1:1", "Urls=http://127.0.0.1:1")]
    [InlineData("serve now", "now")]
    [InlineData("--nonsense", "--nonsense")]
    [InlineData("health now", "'now' is no address, such as http://proxyshim:8081.")]
    [InlineData("health http://a:1 http://b:2", "'proxyshim health --help' tells")]
    [InlineData("dead-letters", "'proxyshim dead-letters --help' tells")]
    [InlineData("dead-letters replay", "Write either a REF or --all.")]
    [InlineData("dead-letters replay a --all", "Write either a REF or --all.")]
    [InlineData("dead-letters discard", "'proxyshim dead-letters discard --help' tells")]
    [InlineData("dead-letters resurrect", "resurrect")]
    [InlineData("report --yaml", "--yaml")]
    [InlineData("report --Redis:Timeout=1s", "'report' takes no settings; leave out '--Redis:Timeout'.")]
    [InlineData("help nonsense", "'nonsense' is not a command.")]
    public async Task What_it_does_not_know_is_told_with_where_to_look(string line, string expected)
    {
        var (exitCode, output, errors) = await RunAsync(line.Split(' '));

        Assert.Equal((64, ""), (exitCode, output));
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    // What was meant as a setting may be a secret.
    [Theory]
    [InlineData("serve -ConversionApi:Token=trk_secret", "'-ConversionApi:Token=…'")]
    [InlineData("-ConversionApi:Token=trk_secret", "'-ConversionApi:Token=…'")]
    [InlineData("ConversionApi:Token=trk_secret", "'ConversionApi:Token=…'")]
    [InlineData("check ConversionApi__Token=trk_secret=", "'ConversionApi__Token=…'")]
    [InlineData("health -- --ConversionApi:Token=trk_secret", "'--ConversionApi:Token=…'")]
    [InlineData("report -- --ConversionApi:Token=trk_secret", "'--ConversionApi:Token=…'")]
    [InlineData("help Redis:ConnectionString=redis:6379,password=trk_secret", "'Redis:ConnectionString=…'")]
    public async Task What_it_does_not_know_is_told_without_its_value(string line, string expected)
    {
        var (exitCode, output, errors) = await RunAsync(line.Split(' '));

        Assert.Equal((64, ""), (exitCode, output));
        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("trk_secret", errors, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        await using var shim = await ShimProcess.LaunchAsync(new Dictionary<string, string>(), arguments);
        var exitCode = await shim.WaitForExitAsync(Cancellation);
        return (exitCode, string.Join('\n', shim.Output), string.Join('\n', shim.Errors));
    }
}

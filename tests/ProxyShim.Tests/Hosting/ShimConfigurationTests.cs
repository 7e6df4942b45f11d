using Microsoft.Extensions.Configuration;
using ProxyShim.Hosting;
using ProxyShim.Settings;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Hosting;

public class ShimConfigurationTests
{
    [Fact]
    public void Secrets_may_lie_in_a_folder_of_ones_own_and_the_command_line_wins_over_them()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "ConversionApi__Token"), "from-file\n");
        File.WriteAllText(Path.Combine(folder.Path, "Redis__Timeout"), "1s\n");

        var configuration = ShimConfiguration.Read([$"--Secrets:Folder={folder.Path}", "--Redis:Timeout=2s"]);

        Assert.Equal(("from-file", "2s"), (configuration["ConversionApi:Token"], configuration["Redis:Timeout"]));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_told()
        => Assert.Contains(
            "Secrets:Folder: '/nowhere/at/all' is not a folder", Assert.Throws<SettingsException>(() => ShimConfiguration.Read(["--Secrets:Folder=/nowhere/at/all"])).Message,
            StringComparison.Ordinal);

    // A parser likes to quote what it stumbles over, with all that follows.
    [Fact]
    public void A_file_that_is_broken_anywhere_is_told_without_what_stands_in_it()
    {
        const string whole = """
            {
              "ConversionApi": { "Test": false, "Token": "trk_canary" },
              "Management": { "Tokens": [{ "Name": "ada", "Token": "tok_canary" }] },
              "Verification": { "MaxResends": 1, "Grace": null },
              "Redis": { "ConnectionString": "redis:6379,password=nil_canary" }
            }
            """;
        var told = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at < whole.Length; at++)
        {
            told.UnionWith(((string[])[whole[..at], whole.Remove(at, 1), whole.Insert(at, "x"), whole.Insert(at, "\\"), whole.Insert(at, "\"")]).Select(ProblemOf).OfType<string>());
        }

        Assert.InRange(told.Count, 100, int.MaxValue);
        Assert.All(told, problem => Assert.DoesNotContain("canary", problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\n  \"ConversionApi\": {\n    \"Test\": flase,\n    \"Token\": \"trk_canary\" } }", "line 3, byte 14")]
    [InlineData("{\r\n\"Token\": trk_canary\r\n}", "line 2, byte 12")]
    [InlineData("{", "line 1, byte 2")]
    [InlineData("{\"a\":1} canary", "line 1, byte 9")]
    public void A_file_that_is_no_JSON_is_named_with_the_place(string text, string place)
    {
        var problem = ProblemOf(text)!;

        Assert.Contains("appsettings.json", problem, StringComparison.Ordinal);
        Assert.Contains($"It is no JSON: {place}.", problem, StringComparison.Ordinal);
    }

    private static string? ProblemOf(string text)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "appsettings.json");
        File.WriteAllText(file, text);
        return Record.Exception(() => new ConfigurationBuilder().AddJsonFile(file).Build()) is { } exception ? ShimConfiguration.ProblemOf(exception) : null;
    }
}

using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Settings;

/// <summary>An <c>appsettings.json</c> that is no JSON: whoever reads it says where, and nothing of what stands there.</summary>
public sealed class BrokenFileTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    // Each mistake stands before a secret.
    private static readonly (string Text, string Place)[] s_files =
    [
        ("""{ "Urls": }""", "line 1, byte 11"),
        ("""{"ConversionApi":{"Test":flase,"Token":"trk_canary"}}""", "line 1, byte 27"),
        ("{\n\"ConversionApi\":{\"Token\": trk_canary}}", "line 2, byte 29"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Readings() =>
    [
        .. from line in (string[])["", "serve", "check", "check --json", "health", "dead-letters list"]
           from file in s_files
           select new TheoryDataRow<string, string, string>(line, file.Text, file.Place),
    ];

    [Theory]
    [MemberData(nameof(Readings))]
    public async Task The_place_is_told_and_nothing_of_what_stands_there(string line, string text, string place)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "appsettings.json"), text, Cancellation);
        var shim = await PublishedShim.LocateAsync();
        await using var process = ChildProcess.Start(shim.Path, line.Split(' ', StringSplitOptions.RemoveEmptyEntries), new Dictionary<string, string>(), folder.Path);

        Assert.True(await process.WaitForExitAsync(s_limit, Cancellation) == 78, process.Describe());
        var told = Assert.Single(process.Output.Concat(process.Errors), told => told.Contains("appsettings.json", StringComparison.Ordinal));
        Assert.Contains(place, told, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", process.Describe(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Describe(), StringComparison.Ordinal);
    }
}

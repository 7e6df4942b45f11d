using System.Text.RegularExpressions;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Architecture;

public partial class CitedPagesTests
{
    private static readonly string[] s_folders = ["src", "tests", "config", ".github"];
    private static readonly string[] s_endings = [".cs", ".lua", ".md", ".sh", ".props", ".csproj", ".yml", ".yaml"];

    [Fact]
    public void Every_page_that_code_or_prose_names_exists()
    {
        var files = Tracked().ToList();
        var pages = files.Where(file => file.EndsWith(".md", StringComparison.Ordinal)).Select(Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        var missing = files
            .Where(file => s_endings.Contains(Path.GetExtension(file)))
            .SelectMany(file => Page().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetRelativePath(Repository.Root, file), Page: match.Value)))
            .Where(citation => !pages.Contains(citation.Page))
            .ToList();

        Assert.Contains("DESIGN.md", pages);
        Assert.Empty(missing);
    }

    private static IEnumerable<string> Tracked() =>
        s_folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
            .Append(Path.Combine(Repository.Root, "README.md"))
            .Where(file => !Generated().IsMatch(file));

    [GeneratedRegex(@"(?<![\w./*-])[A-Z][A-Z_-]+\.md\b")]
    private static partial Regex Page();

    [GeneratedRegex("/(bin|obj|node_modules|artifacts|TestResults)/")]
    private static partial Regex Generated();
}

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

    [Fact]
    public void Every_section_that_code_or_prose_names_stands_in_its_page()
    {
        var pages = Tracked().Where(file => file.EndsWith(".md", StringComparison.Ordinal)).ToLookup(Path.GetFileName, StringComparer.Ordinal);
        var cited = Tracked()
            .Where(file => s_endings.Contains(Path.GetExtension(file)))
            .SelectMany(file => Section().Matches(File.ReadAllText(file)).Select(match => (
                File: Path.GetRelativePath(Repository.Root, file), Page: match.Groups["page"].Value, Section: match.Groups["section"].Value)))
            .ToList();

        Assert.Contains(cited, citation => citation.Page == "DESIGN.md");
        Assert.All(cited, citation => Assert.Contains(pages[citation.Page], page => File.ReadAllText(page).Contains(citation.Section, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_link_of_a_page_leads_to_a_file_and_a_heading()
    {
        var links = Tracked()
            .Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(file => Link().Matches(File.ReadAllText(file)).Select(match => (File: file, Target: match.Groups["target"].Value, Heading: match.Groups["heading"].Value)))
            .ToList();

        Assert.Contains(links, link => link.Heading.Length > 0);
        Assert.All(links, link =>
        {
            var target = link.Target.Length == 0 ? link.File : Path.Combine(Path.GetDirectoryName(link.File)!, link.Target);
            Assert.True(File.Exists(target) || Directory.Exists(target), $"{link.File} links {link.Target}, which is not there.");
            Assert.True(link.Heading.Length == 0 || Anchors(target).Contains(link.Heading), $"{link.File} links {link.Target}#{link.Heading}, which is no heading.");
        });
    }

    [Fact]
    public void Every_filter_of_tests_that_a_page_names_finds_some()
    {
        var sources = Tracked().Where(file => file.EndsWith("Tests.cs", StringComparison.Ordinal)).ToList();
        var classes = sources.Select(file => Path.GetRelativePath(Repository.Root, file)[..^".cs".Length].Replace('/', '.')).ToList();
        var filters = Tracked()
            .Where(file => file.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(file => Filter().Matches(File.ReadAllText(file)).Select(match => (File: file, Filter: match.Groups[1].Value)))
            .ToList();

        Assert.NotEmpty(filters);
        Assert.All(filters, filter =>
        {
            // A class, or a namespace: what is below it counts as well.
            var pattern = new Regex($"^{Regex.Escape(filter.Filter).Replace(@"\*", ".*", StringComparison.Ordinal)}($|\\.)", RegexOptions.None, TimeSpan.FromSeconds(1));
            Assert.True(classes.Exists(pattern.IsMatch), $"{filter.File} names '{filter.Filter}', which finds no test.");
        });
    }

    // As GitHub makes them: lower case, without punctuation, a hyphen for a space.
    private static HashSet<string> Anchors(string page) =>
        [.. Heading().Matches(File.ReadAllText(page)).Select(match => Punctuation().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    private static IEnumerable<string> Tracked() =>
        s_folders
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
            .Append(Path.Combine(Repository.Root, "README.md"))
            .Where(file => !Generated().IsMatch(file));

    [GeneratedRegex(@"(?<![\w./*-])[A-Z][A-Z_-]+\.md\b")]
    private static partial Regex Page();

    // DESIGN.md, "Read-back", also in brackets and as a link.
    [GeneratedRegex("(?<page>[A-Z][A-Z_-]+\\.md)\\)?,? \"(?<section>[^\"\r\n]+)\"")]
    private static partial Regex Section();

    // Within the repository.
    [GeneratedRegex(@"\]\((?![a-z]+:)(?<target>[^()#\s]*)(#(?<heading>[^()\s]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex("--filter-(?:class|namespace) '([^']+)'")]
    private static partial Regex Filter();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();

    [GeneratedRegex("/(bin|obj|node_modules|artifacts|TestResults)/")]
    private static partial Regex Generated();
}

using System.Globalization;
using System.Text.RegularExpressions;
using ProxyShim.Conversions;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Conversions;

/// <summary>DESIGN.md, "What each answer of the Conversion API means".</summary>
public partial class ResponseClassifierTests
{
    [Theory]
    [InlineData("Sent", 200, 201, 202, 204, 299)]
    [InlineData("NotDelivered", 408, 425, 429, 500, 501, 503, 505, 506, 507, 508, 510, 511)]
    [InlineData("NotDelivered", 521, 523, 525, 526)] // An edge that did not reach the origin.
    [InlineData("Ambiguous", 409, 502, 504)]
    [InlineData("Ambiguous", 460, 499, 512, 520, 522, 524, 527, 529, 530, 561, 598, 599)] // An edge whose origin may have done the work.
    [InlineData("Misconfigured", 300, 301, 302, 303, 304, 307, 308, 399, 401, 403)]
    [InlineData("Refused", 400, 402, 404, 405, 406, 410, 413, 415, 418, 422, 451, 498)]
    [InlineData("Ambiguous", 100, 199, 600, 999)] // Nothing that HTTP defines for a final answer.
    public void Each_status_has_one_meaning(string meaning, params int[] statuses)
        => Assert.All(statuses, status => Assert.Equal(meaning, $"{ResponseClassifier.Classify(status)}"));

    [Fact]
    public void The_page_says_the_same()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "src", "ProxyShim", "DESIGN.md"));
        var rows = Row().Matches(page[page.IndexOf("| answer |", StringComparison.Ordinal)..]).Skip(2).Select(static row => row.Groups[1].Value).ToList();
        string[] meanings = ["Sent", "NotDelivered", "Ambiguous", "Misconfigured"];

        Assert.StartsWith("2xx", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("any other 4xx", rows[4], StringComparison.Ordinal);
        foreach (var (row, meaning) in rows.Zip(meanings).Skip(1))
        {
            var named = Status().Matches(row).SelectMany(static match => Enumerable.Range(Number(match, 1), match.Groups[2].Success ? Number(match, 2) - Number(match, 1) + 1 : 1)).ToArray();
            Assert.NotEmpty(named);
            Each_status_has_one_meaning(meaning, named);
        }

        // Those that the page does not name: any other 4xx, any other 5xx.
        var all = rows.SelectMany(static row => Status().Matches(row)).Select(static match => (From: Number(match, 1), To: Number(match, match.Groups[2].Success ? 2 : 1))).ToList();
        Each_status_has_one_meaning("Refused", [.. Enumerable.Range(400, 100).Where(Other)]);
        Each_status_has_one_meaning("Ambiguous", [.. Enumerable.Range(500, 100).Where(Other)]);

        bool Other(int status) => !all.Exists(named => named.From <= status && status <= named.To);
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    // | answer | what the shim does | legacy app gets |
    [GeneratedRegex(@"\G\| ([^|]+) \|[^\n]*\n")]
    private static partial Regex Row();

    // 503, or 505 to 511
    [GeneratedRegex(@"\b(\d{3})(?: to (\d{3}))?\b")]
    private static partial Regex Status();

    [Fact]
    public void An_attempt_without_a_status_is_ambiguous_once_bytes_went_out()
    {
        Assert.Equal(AttemptResult.Ambiguous, ResponseClassifier.ClassifyFailure(bytesWentOut: true));
        Assert.Equal(AttemptResult.NotDelivered, ResponseClassifier.ClassifyFailure(bytesWentOut: false));
    }
}

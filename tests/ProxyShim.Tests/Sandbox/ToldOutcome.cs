using System.Text.RegularExpressions;
using ProxyShim.Testing;

namespace ProxyShim.Tests.Sandbox;

/// <summary>What became of a call, as the tour prints it and as the README's table tells it.</summary>
/// <param name="Status">The answer's.</param>
/// <param name="Header">What the answer's <c>X-ProxyShim-Outcome</c> says; null where the Customer API answered.</param>
internal sealed partial record ToldOutcome(string Status, string? Header, string Outcome, string? Reason)
{
    /// <summary>Of each row of the README's table.</summary>
    public static IReadOnlySet<ToldOutcome> InReadme => Told(Row(), Readme);

    /// <summary>The JSON objects that the README's table shows.</summary>
    public static IReadOnlyList<string> BodiesInReadme => [.. Row().Matches(Readme).SelectMany(static row => Body().Matches(row.Value)).Select(static body => body.Value).Distinct()];

    /// <summary>Of each call of the tour.</summary>
    /// <param name="output">What the tour has printed.</param>
    public static IReadOnlySet<ToldOutcome> InTour(string output) => Told(Chapter(), output);

    private static string Readme => File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    private static HashSet<ToldOutcome> Told(Regex each, string text) =>
        [.. each.Matches(text).Select(static one => new ToldOutcome(one.Groups["status"].Value, Given(one, "header"), one.Groups["outcome"].Value, Given(one, "reason")))];

    private static string? Given(Match match, string group) => match.Groups[group] is { Success: true, Value: var value } ? value : null;

    // | the call | `200`, …, `X-ProxyShim-Outcome: held`; … | `held`, `no_click`, then … | what PartnerStack got |
    [GeneratedRegex(@"^\|[^|]+\| (the Customer API's )?`(?<status>\d{3})`([^|;]*X-ProxyShim-Outcome: (?<header>\w+))?[^|]*\| `(?<outcome>[a-z]+)`(, `(?<reason>[a-z_]+)`)?[^|]*\|[^|]+\|\s*$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^ +answer +(?<status>\d{3}) +X-ProxyShim-Outcome: (none, the Customer API answered|(?<header>\w+))\s*?\n(.*\n)*? +log +Outcome=(?<outcome>\w+)( Reason=(?<reason>\w+))?", RegexOptions.Multiline)]
    private static partial Regex Chapter();

    [GeneratedRegex("""\{"[^`]+\}""")]
    private static partial Regex Body();
}

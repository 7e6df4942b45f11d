using System.Text.RegularExpressions;
using ProxyShim.Telemetry.Health;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Dashboards;

/// <summary>Prometheus's own tool takes the alert rules, and their unit tests hold.</summary>
public sealed partial class AlertRulesTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    /// <summary>The rules.</summary>
    internal static string Rules { get; } = Path.Combine(Repository.Root, "config", "alerts", "proxyshim.rules.yml");

    private static string Tests { get; } = Path.Combine(Repository.Root, "config", "alerts", "proxyshim.rules.test.yml");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task Promtool_takes_the_rules() => RunAsync("check", "rules", "--lint=all", "--lint-fatal", Rules);

    [Fact]
    public Task The_rules_fire_when_they_should_and_only_then() => RunAsync("test", "rules", Tests);

    [Fact]
    public async Task Each_rule_is_seen_to_fire()
    {
        var rules = Names(Rule(), await File.ReadAllTextAsync(Rules, Cancellation));
        var seen = Names(Firing(), await File.ReadAllTextAsync(Tests, Cancellation));

        Assert.NotEmpty(rules);
        Assert.Equal(rules, seen);
    }

    [Fact]
    public async Task A_rule_says_of_each_reason_of_its_part_what_the_health_answer_says()
    {
        var rules = (await File.ReadAllTextAsync(Rules, Cancellation)).Split("- alert: ")[1..]
            .ToLookup(rule => Part().Match(rule).Groups[1].Value, rule => WhiteSpace().Replace(rule, " "));

        Assert.All(HealthComponent.All, part =>
        {
            var rule = Assert.Single(rules[part.Name]);
            Assert.All(part.Reasons, reason => Assert.Contains(
                part.Reasons.Count() == 1 ? part.ActionOf(reason) : $"{reason}: {part.ActionOf(reason)}", rule, StringComparison.Ordinal));
        });
    }

    private static async Task RunAsync(params string[] arguments)
    {
        var promtool = Require.Program("promtool", "prometheus");
        await using var process = ChildProcess.Start(promtool, arguments);
        Assert.True(await process.WaitForExitAsync(s_limit, Cancellation) == 0, process.Describe());
    }

    private static SortedSet<string> Names(Regex pattern, string text) => [.. pattern.Matches(text).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Rule();

    [GeneratedRegex(@"\n +part: (\w+)\n")]
    private static partial Regex Part();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex("""labels: 'ALERTS\{alertname="(\w+)", alertstate="firing".*value: 1""")]
    private static partial Regex Firing();
}

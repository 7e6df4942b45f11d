using System.Text.Json.Nodes;
using Xunit;

namespace ProxyShim.Tests.Management.Reporting;

/// <summary>The figures of <c>report --by</c>, as jq counts them.</summary>
internal static class CountedByJq
{
    /// <param name="counted">A partner or a subID each, with money in hundredths.</param>
    /// <param name="report">The report's JSON.</param>
    /// <param name="assertMore">Of one of them: jq's figures, and the report's.</param>
    public static void AssertAll(JsonArray counted, string report, Action<JsonNode, JsonNode>? assertMore = null)
    {
        var reported = JsonNode.Parse(report)!["names"]!.AsArray().ToDictionary(node => (string)node!["name"]!, node => node!);
        Assert.Equal(counted.Count, reported.Count);
        Assert.All(counted, theirs =>
        {
            var ours = reported[(string)theirs!["name"]!];
            Assert.All(["conversions", "verified", "sales"], figure => Assert.Equal((long)theirs[figure]!, (long)ours[figure]!));
            Assert.Equal(
                theirs["revenue"]!.AsObject().ToDictionary(sum => sum.Key, sum => (decimal)sum.Value!),
                ours["revenue"]!.AsObject().ToDictionary(sum => sum.Key, sum => (decimal)sum.Value! * 100));
            assertMore?.Invoke(theirs, ours);
        });
    }
}

using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Diagnosis;

/// <summary>Nothing that ends in "0 conversions" is silent.</summary>
[RedisSuite]
public sealed class DiagnosisTableTests(DiagnosisRuns runs) : IClassFixture<DiagnosisRuns>
{
    public static TheoryData<string> Rows => [.. DiagnosisTable.Rows.Select(row => new TheoryDataRow<string>(row.Name) { TestDisplayName = row.Name })];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Whoever_can_speak_does(string row)
    {
        Require.Program("redis-server", "redis-server");
        var told = await runs.ResultOfAsync(row);

        Assert.Empty(told.Silent(DiagnosisTable.Rows.Single(each => each.Name == row)));
    }
}

using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>The promise of DESIGN.md, points 2 and 3, fault by fault.</summary>
[Collection(FaultCollection.Name)]
public class FaultTableTests(FaultRuns runs) : IClassFixture<FaultRuns>
{
    public static TheoryData<string> Rows => [.. FaultRuns.Rows.Select(row => new TheoryDataRow<string>(row.Row.Name) { TestDisplayName = row.Row.Name })];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Nothing_is_lost_and_nothing_comes_twice(string row)
    {
        Require.Program("redis-server", "redis-server");
        var result = await runs.ResultOfAsync(row);

        // PartnerStack's own word is all there is where nothing can be read back.
        Assert.Equal(result.Row.KeyPair ? 0 : result.Phantoms, result.Lost);

        // Who is waited for is converted when the click comes, and else reported with the app's own bytes.
        Assert.Equal(0, result.Changed);
        Assert.True(result.Row.Click is not ClickTime.AfterTheCall || result.Converted == result.Customers);
        Assert.True(result.Row.Click is not ClickTime.Never || (result.FellBack, result.Arrived) == (result.Customers, 0));

        // Personal data stay only where a dead letter needs them.
        Assert.Equal(0, result.Leftovers);
        if (result.Row.KeyPair)
        {
            Assert.Equal(0, result.Twice);
        }
        else if (!result.Row.HolderDies)
        {
            Assert.Equal(0, result.Unexplained);
        }
    }
}

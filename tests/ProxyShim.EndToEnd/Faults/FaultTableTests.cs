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

        var broken = Promises(result).Where(promise => !promise.Kept).Select(promise => promise.Promise).ToArray();

        // With all that was counted: the row again may not be struck at the same moment.
        Assert.True(broken.Length == 0, $"Not kept: {string.Join(", ", broken)}. {result}");
    }

    private static (string Promise, bool Kept)[] Promises(FaultResult result) =>
    [
        // PartnerStack's own word is all there is where nothing can be read back.
        ("nobody is lost", result.Lost == (result.Row.KeyPair ? 0 : result.Phantoms)),
        ("nobody comes twice", !result.Row.KeyPair || result.Twice == 0),
        ("nobody comes again whose conversion was answered", result.Row.KeyPair || result.Row.HolderDies || result.Unexplained == 0),

        // Who is waited for is converted when the click comes, and else reported with the app's own bytes.
        ("a hand-over has the app's bytes", result.Changed == 0),
        ("a late click converts", result.Row.Click is not ClickTime.AfterTheCall || result.Converted == result.Customers),
        ("without a click the Customer API is told", result.Row.Click is not ClickTime.Never || (result.FellBack, result.Arrived) == (result.Customers, 0)),

        ("personal data stay only where a dead letter needs them", result.Leftovers == 0),
    ];
}

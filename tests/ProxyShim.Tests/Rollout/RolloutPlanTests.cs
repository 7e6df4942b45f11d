using System.IO.Hashing;
using System.Text;
using ProxyShim.Customers;
using ProxyShim.Rollout;
using ProxyShim.Tests.Ledger;
using Xunit;

namespace ProxyShim.Tests.Rollout;

public class RolloutPlanTests
{
    private static readonly IReadOnlyList<CustomerKey> s_customers = [.. Enumerable.Range(0, 10_000).Select(number => LedgerUnderTest.KeyOf($"customer-{number}"))];

    [Fact]
    public void Who_is_in_a_share_stays_in_it_while_it_grows_and_everybody_is_in_the_whole()
    {
        var shares = Enumerable.Range(0, 101).Select(percent => Live(percent)).ToList();

        Assert.Equal((0, s_customers.Count), (shares[0].Count, shares[100].Count));
        Assert.All(shares.Zip(shares.Skip(1)), pair => Assert.ProperSuperset(pair.First, pair.Second));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(50)]
    public void A_share_is_as_large_as_it_says_in_each_of_the_ledgers_partitions(int percent)
    {
        var live = Live(percent);

        Assert.InRange(live.Count, s_customers.Count * percent / 100 * 0.8, s_customers.Count * percent / 100 * 1.2);
        var partitions = live.GroupBy(key => Crc32.HashToUInt32(Encoding.UTF8.GetBytes(key.Value)) % 16).Select(group => group.Count()).ToList();
        Assert.Equal(16, partitions.Count);
        Assert.True(percent < 10 || partitions.Max() < partitions.Min() * 2, string.Join(' ', partitions));
    }

    /// <summary>Another version of the shim that sees it otherwise would put a customer on both sides while replicas are replaced.</summary>
    [Theory]
    [InlineData("ada", 4)]
    [InlineData("grace", 88)]
    [InlineData("größe", 9)]
    public void A_customers_place_is_the_same_in_every_version(string key, int bucket) => Assert.Equal(bucket, RolloutPlan.BucketOf(LedgerUnderTest.KeyOf(key)));

    [Theory]
    [InlineData("Live", "lovelace", "crm", "Live")]
    [InlineData("Live", "hopper", "crm", "Shadow")]
    [InlineData("Live", "lovelace", "default", "Shadow")]
    [InlineData("Shadow", "lovelace", "crm", "Shadow")]
    [InlineData("Off", "hopper", "crm", "Off")]
    public void Partners_and_callers_outside_are_looked_at_only(string mode, string partner, string caller, string expected) =>
        Assert.Equal(expected, new RolloutPlan(Enum.Parse<RolloutMode>(mode), 100, ["lovelace"], ["crm"]).ModeFor(s_customers[0], partner, caller).ToString());

    [Fact]
    public void Equal_plans_are_equal_and_tell_what_differs()
    {
        var plan = new RolloutPlan(RolloutMode.Live, 10, ["lovelace"], ["crm"]);

        Assert.Equal(plan, new RolloutPlan(RolloutMode.Live, 10, ["lovelace"], ["crm"]));
        Assert.NotEqual(plan, plan with { Partners = ["hopper"] });
        Assert.Equal(("Live 10 % partners=lovelace callers=crm", "Shadow"), (Told(plan), Told(plan with { Mode = RolloutMode.Shadow })));
    }

    /// <summary>A log or a page calls it unasked.</summary>
    [Fact]
    public void Its_ToString_names_nobody() =>
        Assert.DoesNotContain("jane", $"{new RolloutPlan(RolloutMode.Live, 10, ["jane@acme.com"], ["jane"])}", StringComparison.Ordinal);

    private static string Told(RolloutPlan plan) => plan.Describe(static partner => partner);

    private static HashSet<CustomerKey> Live(int percent)
    {
        var plan = RolloutPlan.Usual with { Percent = percent };
        return [.. s_customers.Where(key => plan.ModeFor(key, "partner", "default") == RolloutMode.Live)];
    }
}

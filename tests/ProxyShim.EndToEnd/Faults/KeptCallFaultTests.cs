using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>
/// Calls that came before PartnerStack showed their customer, with two replicas, fault by fault: each takes effect once, in the order in which they came, or is a
/// dead letter for a person to judge. Counted at the simulated PartnerStack, after the fault.
/// </summary>
public sealed class KeptCallFaultTests(KeptCallRuns runs) : IClassFixture<KeptCallRuns>
{
    public static TheoryData<string> Faults => [.. KeptCallRuns.Rows];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task None_is_lost_none_comes_twice_and_the_order_holds(string fault)
    {
        Require.Program("redis-server", "redis-server");
        var result = await runs.ResultOfAsync(fault);

        foreach (var (wasErased, effects, letters) in result.Customers)
        {
            if (wasErased)
            {
                Assert.Empty(effects);
                Assert.Empty(letters);
                continue;
            }

            // A change that may have landed is made again, and says the same; a payment is not.
            Assert.Distinct(effects.Where(static number => number != 2));
            Assert.Equal(effects.Order(), effects);
            Assert.Equal(Enumerable.Range(1, KeptCallRuns.CallsEach), effects.Union(letters).Order());
        }

        Assert.Equal(result.WithLetters, result.WithCalls);
    }
}

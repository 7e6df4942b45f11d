using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>What a Sentinel failover may cost, and what <c>Redis:WaitReplicas</c> buys.</summary>
[Collection(FaultCollection.Name)]
public class FailoverLossTests(FailoverLossRuns runs) : IClassFixture<FailoverLossRuns>
{
    public static TheoryData<string> Cases => [.. FailoverLossCase.All.Select(@case => new TheoryDataRow<string>(@case.Name) { TestDisplayName = @case.Name })];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Is_bounded_by_what_the_replica_did_not_have(string name)
    {
        Require.Program("redis-server", "redis-server");
        var @case = FailoverLossCase.All.Single(one => one.Name == name);
        var losses = await runs.LossesOfAsync(@case);

        Assert.All(losses, loss =>
        {
            // PartnerStack has who was converted, and a replica who was acknowledged as queued.
            if (@case.Converts || @case.WaitReplicas > 0)
            {
                Assert.Empty(loss.Lost);
            }

            Assert.Empty(loss.Lost.Concat(loss.Twice).Except(loss.AtRisk, StringComparer.Ordinal));
            Assert.InRange(loss.Lost.Count + loss.Twice.Count, 0, @case.Takeover.Most ?? loss.AtRisk.Count);
        });

        // Else the replica did not lag, and the rest proves nothing.
        if (@case.Takeover.Lags)
        {
            Assert.All(losses, loss => Assert.Equal(@case.Converts || @case.WaitReplicas == 0, loss.Lost.Count + loss.Twice.Count > 0));
        }
    }
}

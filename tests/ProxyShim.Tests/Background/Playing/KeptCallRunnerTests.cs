using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Testing;
using ProxyShim.Tests.Ledger.Kept;
using ProxyShim.Tests.Ledger.Model;
using Xunit;

namespace ProxyShim.Tests.Background.Playing;

/// <summary>Calls that were kept take effect once, and in order. Counted at the simulated PartnerStack.</summary>
[RedisSuite]
public class KeptCallRunnerTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("PATCH", "/api/v2/customers/customer", """{"name":"Bob"}""", """{"name":"Eve"}""")]
    [InlineData("POST", "/api/v2/transactions", """{"customer_key":"customer","amount":1}""", """{"customer_key":"customer","amount":2}""")]
    public async Task Who_wakes_up_after_its_lease_plays_nothing_and_the_next_one_plays_all_in_order(string method, string target, string first, string second)
    {
        // Only the shim's clock goes on, so Redis must not seem late by it.
        await using var background = await BackgroundHost.OpenAsync(redis, ("Redis:Timeout", "00:01:00"));
        var id = await KeepAsync(background, method, target, first, second);
        var scripts = 0;
        background.Losses = () =>
        {
            // 1 takes the first call: the process stands still before it reads the reply.
            if (++scripts == 1)
            {
                background.Time.Advance(background.Settings.Ledger.Lease);
            }

            return Loss.None;
        };

        await background.Playing.RunAsync([id], Cancellation);
        Assert.Empty(background.PartnerStack.FollowUps);

        await background.Playing.RunAsync([id], Cancellation);
        Assert.Equal([first, second], background.PartnerStack.FollowUps.Select(done => done.BodyText));
        Assert.Equal((2, 0), (background.Count("CallPlayed"), background.Count("CallDead")));
    }

    // About a customer whom PartnerStack shows by now.
    private static async Task<ConversionId> KeepAsync(BackgroundHost background, string method, string target, params string[] bodies)
    {
        var id = await background.ReadyAsync(ConversionState.Due);
        await background.DeliverAsync(id);
        await using var kept = new KeptUnderTest(background.Under);
        foreach (var body in bodies)
        {
            var call = KeptUnderTest.Call(body) with { Method = method, Target = target, Route = target };
            Assert.Equal(KeepOutcome.Kept, await kept.Calls.KeepAsync(
                background.Under.Budget, id, call, CallNonce.New(), max: 100, wasUnverified: false, notAfter: DateTimeOffset.MaxValue));
        }

        await background.Under.PassTimeAsync(id);
        await background.ReadBackAsync(id);
        await kept.PassTimeAsync(id);
        return id;
    }
}

using ProxyShim.Ledger;
using ProxyShim.Testing;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Ledger;

/// <summary>What brought a customer is known for as long as the conversion is, also beside replicas of an older version.</summary>
[RedisSuite]
public sealed class ReferralTests(TestRedis redis)
{
    [Fact]
    public async Task It_outlives_the_body_and_goes_with_what_is_left_to_the_Customer_API()
    {
        await using var scope = await redis.OpenAsync();
        var under = new LedgerUnderTest(scope);
        foreach (var state in Enum.GetValues<ConversionState>())
        {
            var (id, _) = await under.BringToAsync(state, $"customer-{state}");

            var referral = await under.Ledger.ReferralAsync(under.Budget, id);

            Assert.Equal(state is not (ConversionState.Fallback or ConversionState.Held), referral is not null);
            Assert.True(referral is null || (referral.Xid, referral.PartnerKey, referral.SubIds) == ("xid_1", "partner", "blog|top"));
        }

        Assert.Null(await under.Ledger.ReferralAsync(under.Budget, LedgerUnderTest.IdOf("nobody")));
    }

    [Fact]
    public async Task A_customer_whom_an_older_version_claimed_is_known_by_the_click_alone()
    {
        await using var scope = await redis.OpenAsync();
        var under = new LedgerUnderTest(scope);
        var (id, token) = await under.ClaimAsync();

        // As 0.1.0 of 2026-11-28 has left it.
        await under.Redis.HashDeleteAsync(under.Keys.EntryOf(id), ["partner", "sub_ids"]);

        var referral = (await under.Ledger.ReferralAsync(under.Budget, id))!;
        Assert.Equal(("xid_1", null, null), (referral.Xid, referral.PartnerKey, referral.SubIds));
        Assert.Equal(SentOutcome.Sent, await under.Ledger.SentAsync(under.Budget, id, token, 1, "xid_1"));
        Assert.Equal(ConversionState.Sent, (await under.SeeAsync(id))!.State);
    }
}

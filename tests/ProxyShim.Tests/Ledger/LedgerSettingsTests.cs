using ProxyShim.Ledger;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Ledger;

public class LedgerSettingsTests
{
    [Fact]
    public void By_default_a_lease_lasts_as_long_as_a_request_may_and_twenty_seconds()
    {
        var settings = Given.Settings().Ledger;

        Assert.Equal(TimeSpan.FromSeconds(30), settings.Lease);
        Assert.Equal(TimeSpan.FromMinutes(15), settings.ReadBackAfter);
        Assert.Equal(0, settings.WaitReplicas);
    }

    [Theory]
    [InlineData("00:01:00", "00:00:03", 80)]
    [InlineData("00:01:00", "00:00:15", 80)]
    [InlineData("00:01:00", "00:01:00", 125)]
    public void A_holder_can_neither_begin_nor_end_an_attempt_after_its_lease(string total, string attempt, int seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds),
        Given.Settings(("ConversionApi:TotalTimeout", total), ("ConversionApi:AttemptTimeout", attempt)).Ledger.Lease);

    [Fact]
    public void A_body_outlives_a_shim_that_was_down_for_as_long_as_a_conversion_may_live()
    {
        var settings = Given.Settings(
            ("Delivery:MaxAge", "1.00:00:00"), ("Delivery:Schedule:0", "04:00:00"), ("Delivery:Schedule:1", "02:00:00"), ("Verification:Grace", "00:20:00"),
            ("Verification:Interval", "00:10:00"));

        Assert.Equal(new TimeSpan(2, 4, 30, 0), settings.Ledger.BodyTtl);
    }

    [Fact]
    public void Without_the_vendors_key_pair_nothing_is_read_back()
    {
        var settings = Given.Settings(("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null), ("CustomerApi:AllowAnonymous", "true"));

        Assert.Null(settings.Ledger.ReadBackAfter);
    }

    [Theory]
    [InlineData("true", "test")]
    [InlineData("false", "live")]
    public void The_environment_of_the_token_names_the_keys(string test, string environment) => Assert.StartsWith(
        $"shop:{environment}:",
        Given.Settings(("ConversionApi:Test", test), ("Redis:KeyPrefix", "shop:")).Ledger.Keys.OfPartition(0)[0].ToString(),
        StringComparison.Ordinal);
}

using System.Text;
using ProxyShim.Clicks;
using ProxyShim.Creation;
using ProxyShim.Hosting;
using ProxyShim.Rollout;
using ProxyShim.Telemetry;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Hosting;

/// <summary>Each setting's default (config/settings.md) and how it is read.</summary>
public class ShimSettingsTests
{
    private static readonly Dictionary<string, (string Text, Func<ShimSettings, object?> Read, object? Expected)> s_readings = new()
    {
        ["ShutdownTimeout"] = ("00:00:05", settings => settings.ShutdownTimeout, TimeSpan.FromSeconds(5)),
        ["Management:Url"] = ("http://127.0.0.1:1", settings => settings.Management.Url.Port, 1),
        ["Management:Token"] = ("a secret of some length", settings => settings.Management.Tokens.Single().Token.Reveal(), "a secret of some length"),
        ["CustomerApi:Address"] = ("http://localhost:2", settings => settings.CustomerApi.Address.Port, 2),
        ["CustomerApi:AllowAnonymous"] = ("true", settings => settings.CustomerApi.AllowAnonymous, true),
        ["CustomerApi:PublicKey"] = ("pk_2", settings => settings.CustomerApi.Vendor?.PublicKey, "pk_2"),
        ["CustomerApi:SecretKey"] = ("sk_2", settings => settings.CustomerApi.Vendor?.SecretKey.Reveal(), "sk_2"),
        ["ConversionApi:Address"] = ("http://localhost:3", settings => settings.ConversionApi.Address.Port, 3),
        ["ConversionApi:Token"] = ("other", settings => settings.ConversionApi.Token?.Reveal(), "other"),
        ["ConversionApi:Test"] = ("true", settings => settings.ConversionApi.Test, true),
        ["ConversionApi:AttemptTimeout"] = ("00:00:01", settings => settings.ConversionApi.AttemptTimeout, TimeSpan.FromSeconds(1)),
        ["ConversionApi:TotalTimeout"] = ("00:01:00", settings => settings.ConversionApi.TotalTimeout, TimeSpan.FromMinutes(1)),
        ["ConversionApi:MaxAttempts"] = ("1", settings => settings.ConversionApi.MaxAttempts, 1),
        ["Outbound:UseSystemProxy"] = ("true", settings => settings.Outbound.UseSystemProxy, true),
        ["Outbound:IdleTimeout"] = ("00:00:05", settings => settings.Outbound.IdleTimeout, TimeSpan.FromSeconds(5)),
        ["Redis:ConnectionString"] = ("a:1,b:2,password=p,ssl=true", settings => settings.Redis.Connection.EndPoints.Count, 2),
        ["Redis:KeyPrefix"] = ("mine:", settings => settings.Redis.KeyPrefix, "mine:"),
        ["Redis:Timeout"] = ("00:00:01", settings => settings.Redis.Timeout, TimeSpan.FromSeconds(1)),
        ["Redis:WaitReplicas"] = ("1", settings => settings.Redis.WaitReplicas, 1),
        ["Clicks:Keys:0"] = ("c:{email_sha256}", settings => string.Join(' ', settings.Clicks.Keys), "c:{email_sha256}"),
        ["Clicks:Format"] = ("hash", settings => settings.Clicks.Format, ClickFormat.Hash),
        ["Conversions:OnMiss"] = ("Reject", settings => settings.Conversions.OnMiss, OnMiss.Reject),
        ["Conversions:HoldFor"] = ("00:05:00", settings => settings.Conversions.HoldFor, TimeSpan.FromMinutes(5)),
        ["Conversions:OnPartnerMismatch"] = ("Convert", settings => settings.Conversions.OnPartnerMismatch, OnPartnerMismatch.Convert),
        ["Conversions:OnRejected"] = ("Return", settings => settings.Conversions.OnRejected, OnRejected.Return),
        ["Conversions:OnRedisDown"] = ("Unavailable", settings => settings.Conversions.OnRedisDown, OnRedisDown.Unavailable),
        ["Conversions:QueuedStatus"] = ("202", settings => settings.Conversions.QueuedStatus, 202),
        ["Rollout:Mode"] = ("Off", settings => settings.Rollout.Mode, RolloutMode.Off),
        ["Rollout:Percent"] = ("10", settings => settings.Rollout.Percent, 10),
        ["Rollout:Partners:0"] = ("lovelace", settings => settings.Rollout.Partners.Single(), "lovelace"),
        ["Rollout:Callers:0"] = ("default", settings => settings.Rollout.Callers.Single(), "default"),
        ["Delivery:Schedule:0"] = ("00:00:01", settings => string.Join(' ', settings.Delivery.Schedule), "00:00:01"),
        ["Delivery:MaxAge"] = ("1.00:00:00", settings => settings.Delivery.MaxAge, TimeSpan.FromDays(1)),
        ["Delivery:Concurrency"] = ("2", settings => settings.Delivery.Concurrency, 2),
        ["Verification:Grace"] = ("00:05:00", settings => settings.Verification.Grace, TimeSpan.FromMinutes(5)),
        ["Verification:Interval"] = ("00:00:10", settings => settings.Verification.Interval, TimeSpan.FromSeconds(10)),
        ["Verification:MaxResends"] = ("0", settings => settings.Verification.MaxResends, 0),
        ["Privacy:CustomerRef"] = ("None", settings => settings.Privacy.CustomerRef, CustomerRefKind.None),
        ["Privacy:PseudonymKey"] = (Convert.ToBase64String(new byte[33]), settings => settings.Privacy.PseudonymKey?.Length, 33),
    };

    [Fact]
    public void The_defaults_are_those_of_the_operators_contract()
    {
        var settings = Given.Settings(("Privacy:PseudonymKey", null));

        Assert.Equal("http://127.0.0.1:8080", Assert.Single(settings.Urls).ToString());
        Assert.Equal(ShimDefaults.ShutdownTimeout, settings.ShutdownTimeout);
        Assert.Equal("http://127.0.0.1:8081", settings.Management.Url.ToString());
        Assert.Empty(settings.Management.Tokens);
        Assert.Equal("https://api.partnerstack.com/", settings.CustomerApi.Address.ToString());
        Assert.False(settings.CustomerApi.AllowAnonymous);
        Assert.Equal("default", Assert.Single(settings.CustomerApi.Callers).Name);
        Assert.Equal("https://partnerlinks.io/", settings.ConversionApi.Address.ToString());
        Assert.False(settings.ConversionApi.Test);
        Assert.Equal(TimeSpan.FromSeconds(3), settings.ConversionApi.AttemptTimeout);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.ConversionApi.TotalTimeout);
        Assert.Equal(3, settings.ConversionApi.MaxAttempts);
        Assert.False(settings.Outbound.UseSystemProxy);
        Assert.Equal(TimeSpan.FromSeconds(20), settings.Outbound.IdleTimeout);
        Assert.Equal("proxyshim:", settings.Redis.KeyPrefix);
        Assert.Equal(TimeSpan.FromMilliseconds(500), settings.Redis.Timeout);
        Assert.Equal(0, settings.Redis.WaitReplicas);
        Assert.Equal("click:{customer_key}", Assert.Single(settings.Clicks.Keys).ToString());
        Assert.Equal(ClickFormat.Auto, settings.Clicks.Format);
        Assert.Equal(OnMiss.Fallback, settings.Conversions.OnMiss);
        Assert.Equal(OnPartnerMismatch.Fallback, settings.Conversions.OnPartnerMismatch);
        Assert.Equal(OnRejected.Fallback, settings.Conversions.OnRejected);
        Assert.Equal(OnRedisDown.Fallback, settings.Conversions.OnRedisDown);
        Assert.Equal(200, settings.Conversions.QueuedStatus);
        Assert.Equal(RolloutMode.Live, settings.Rollout.Mode);
        Assert.Equal([30, 60, 120, 240, 480, 960, 1920, 3600], settings.Delivery.Schedule.Select(wait => wait.TotalSeconds));
        Assert.Equal(TimeSpan.FromDays(3), settings.Delivery.MaxAge);
        Assert.Equal(8, settings.Delivery.Concurrency);
        Assert.Equal(TimeSpan.FromMinutes(15), settings.Verification.Grace);
        Assert.Equal(TimeSpan.FromMinutes(1), settings.Verification.Interval);
        Assert.Equal(3, settings.Verification.MaxResends);
        Assert.Equal(CustomerRefKind.Pseudonym, settings.Privacy.CustomerRef);
        Assert.Null(settings.Privacy.PseudonymKey);
    }

    [Theory]
    [InlineData("Pseudonym", true)]
    [InlineData("Plain", false)]
    [InlineData("None", false)]
    public void Without_a_key_that_replicas_share_the_names_in_the_log_are_warned_of(string names, bool warns) => Assert.Equal(
        warns ? ["Privacy:PseudonymKey"] : [],
        Given.Settings(("Privacy:CustomerRef", names), ("Privacy:PseudonymKey", null)).Warnings.Select(warning => warning.Setting));

    [Theory]
    [InlineData("${")]
    [InlineData("{{")]
    [InlineData("changeme")]
    public void A_key_that_is_drawn_by_chance_may_hold_what_stands_in_examples(string text)
    {
        byte[] key = [.. Encoding.ASCII.GetBytes(text), .. Enumerable.Repeat((byte)0xb7, 32)];

        Assert.Equal(key, Given.Settings(("Privacy:PseudonymKey", Convert.ToBase64String(key))).Privacy.PseudonymKey);
    }

    public static TheoryData<string> Readings() => [.. s_readings.Keys];

    [Theory]
    [MemberData(nameof(Readings))]
    public void Each_setting_is_read(string key)
    {
        var (text, read, expected) = s_readings[key];

        Assert.Equal(expected, read(Given.Settings((key, text))));
    }

    [Fact]
    public void A_redis_that_is_away_at_the_start_does_not_keep_the_shim_from_starting()
        => Assert.False(Given.Settings(("Redis:ConnectionString", "a:1,abortConnect=true")).Redis.Connection.AbortOnConnectFail);

    [Fact]
    public void Callers_come_beside_the_vendors_pair()
    {
        var settings = Given.Settings(
            ("CustomerApi:Callers:0:Name", "crm"), ("CustomerApi:Callers:0:PublicKey", "pk_crm"), ("CustomerApi:Callers:0:SecretKey", "sk_crm"),
            ("CustomerApi:Callers:1:Name", "shop"), ("CustomerApi:Callers:1:PublicKey", "pk_shop"), ("CustomerApi:Callers:1:SecretKey", "sk_shop"));

        Assert.Equal(["default", "crm", "shop"], settings.CustomerApi.Callers.Select(caller => caller.Name));
        Assert.Equal("default", settings.CustomerApi.Vendor?.Name);
    }

    [Fact]
    public void Callers_alone_will_do_and_are_no_vendor_pair()
    {
        var settings = Given.Settings(
            ("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null),
            ("CustomerApi:Callers:0:Name", "crm"), ("CustomerApi:Callers:0:PublicKey", "pk_crm"), ("CustomerApi:Callers:0:SecretKey", "sk_crm"));

        Assert.Equal(["crm"], settings.CustomerApi.Callers.Select(caller => caller.Name));
        Assert.Null(settings.CustomerApi.Vendor);
    }

    [Fact]
    public void Anonymous_callers_need_no_pair()
        => Assert.Empty(Given.Settings(("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null), ("CustomerApi:AllowAnonymous", "true")).CustomerApi.Callers);

    [Fact]
    public void Without_conversions_no_token_is_needed()
        => Assert.Null(Given.Settings(("ConversionApi:Token", null), ("Rollout:Mode", "Off")).ConversionApi.Token);
}

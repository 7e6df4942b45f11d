using ProxyShim.Background;
using ProxyShim.CustomerApi;
using ProxyShim.Telemetry;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Background;

public class KeyPairWatchTests
{
    private static readonly ReadBack s_found = new(ReadBackResult.Found, 200);

    private readonly CapturedLog _log = new();
    private readonly KeyPairWatch _watch;

    public KeyPairWatchTests() => _watch = new KeyPairWatch(
        Given.Settings([
            ("CustomerApi:PublicKey", "pk_sandbox"), ("CustomerApi:SecretKey", "sk_sandbox"), ("CustomerApi:Callers:0:Name", "crm"),
            ("CustomerApi:Callers:0:PublicKey", "pk_crm"), ("CustomerApi:Callers:0:SecretKey", "sk_crm"), ("Redis:ConnectionString", "redis.invalid:6379"),
            ("ConversionApi:Token", "tok_sandbox")]).CustomerApi,
        _log.NewConversionEvents(new PrivacySettings(CustomerRefKind.Plain, null)));

    // Beginning, change of reason and end.
    private IEnumerable<string> Troubles => _log.Entries.Where(entry => entry.GetProperty("Event").GetString() == "Degraded")
        .Select(entry => $"{entry.GetProperty("Reason")}{(entry.GetProperty("Over").GetBoolean() ? " over" : "")}");

    [Fact]
    public void The_vendors_pair_that_may_read_again_is_no_stranger_at_calls_either()
    {
        _watch.Called("default", 401);
        _watch.Read(s_found);

        Assert.Equal(["unauthorized", "unauthorized over"], Troubles);
    }

    [Theory]
    [InlineData("default", 403)]
    [InlineData("crm", 401)]
    [InlineData("crm", 403)]
    public void Whoever_may_read_need_not_be_allowed_to_write_and_is_told_once(string caller, int status)
    {
        for (var time = 0; time < 3; time++)
        {
            _watch.Called(caller, status);
            _watch.Read(s_found);
        }

        Assert.Single(Troubles);
        _watch.Called(caller, 201);
        Assert.EndsWith(" over", Troubles.Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(502)]
    public void What_is_answered_otherwise_says_nothing_of_a_pair(int? status)
    {
        _watch.Called("crm", status);
        Assert.Empty(Troubles);
        _watch.Called("crm", 401);
        _watch.Called("crm", status);
        _watch.Read(new(ReadBackResult.Unknown, status));
        Assert.Equal(["unauthorized"], Troubles);
    }

    [Fact]
    public void As_long_as_one_pair_is_refused_it_is_not_over()
    {
        _watch.Called("default", 403);
        _watch.Called("crm", 403);
        _watch.Called("default", 200);
        Assert.Equal(["forbidden"], Troubles);
        _watch.Called("crm", 200);
        Assert.Equal(["forbidden", "forbidden over"], Troubles);
    }
}

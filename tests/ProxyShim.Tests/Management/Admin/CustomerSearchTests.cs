using System.Text.Json;
using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Management.Admin;
using ProxyShim.Redis;
using ProxyShim.Settings;
using ProxyShim.Telemetry;
using ProxyShim.Testing;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Settings;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Management.Admin;

[RedisSuite]
public sealed class CustomerSearchTests(TestRedis redis) : LedgerFixture(redis)
{
    private const string Click = """{"xid":"xid_1","partner_key":"partner","ip_address":"203.0.113.7","user_agent":"Firefox","clicked_at":"2026-01-31T09:30:00Z"}""";

    [Fact]
    public async Task Nobody_knows_a_stranger()
    {
        var (status, body) = await FindAsync("stranger");

        Assert.Equal((404, """{"error":"The ledger does not know this customer."}"""), (status, body));
    }

    [Theory]
    [InlineData("/admin/conversions")]
    [InlineData("/%61dmin/conversions/customer")]
    public async Task A_path_that_names_nobody_finds_nobody(string path)
    {
        var given = Given.Settings();
        var search = new CustomerSearch(NewGate(), With.Ledger, new ClickStore(given.Clicks), new CustomerRef(given.Privacy));
        await using var surface = await ManagementSurface.ServeAsync(
            endpoints => CustomerEndpoints.Map(new AdminRoutes(endpoints, new Secret("token")), search));

        var (answer, _) = await surface.GetAsync(path, "Bearer token");
        using var owned = answer;

        Assert.Equal(404, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_click_without_a_conversion_is_told()
    {
        await ClickAsync("click:customer", Click);

        var (status, body) = await FindAsync("customer");

        Assert.Equal(404, status);
        Assert.Contains("xid_1", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ConversionState.Claimed)]
    [InlineData(ConversionState.Due)]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Sent)]
    [InlineData(ConversionState.Verified)]
    [InlineData(ConversionState.Dead)]
    [InlineData(ConversionState.Fallback)]
    internal async Task A_life_is_told_with_its_times_and_without_personal_data(ConversionState state)
    {
        await ClickAsync("click:cus/to mér", Click);
        var before = await With.NowAsync();
        await With.BringToAsync(state, "cus/to mér");
        var after = await With.NowAsync();

        var (status, body) = await FindAsync("cus/to mér");

        Assert.Equal(200, status);
        var life = JsonElement.Parse(body);
        Assert.Equal(Lifecycle.NameOf(state), life.GetProperty("state").GetString());
        Assert.Equal("2026-01-31T09:30:00+00:00", life.GetProperty("clicked_at").GetString());
        Assert.InRange(life.GetProperty("claimed_at").GetDateTimeOffset(), before, after);
        Assert.Equal(state is ConversionState.Sent or ConversionState.Verified, life.GetProperty("sent_at").ValueKind == JsonValueKind.String);
        Assert.Equal(state is ConversionState.Verified, life.GetProperty("verified_at").ValueKind == JsonValueKind.String);
        Assert.Equal(state is ConversionState.Dead, life.GetProperty("dead_at").ValueKind == JsonValueKind.String);
        Assert.Equal(state is ConversionState.Dead, life.GetProperty("replayable").GetBoolean());
        Assert.Matches("^[0-9a-f]{32}$", life.GetProperty("customer_ref").GetString());
        Assert.All(
            (string[])["cus/to", "example.com", "203.0.113.7", "Firefox", "partner"], personal => Assert.DoesNotContain(personal, body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_click_that_is_not_the_one_converted_has_no_say()
    {
        await ClickAsync("click:customer", Click.Replace("xid_1", "xid_2", StringComparison.Ordinal));
        await With.BringToAsync(ConversionState.Sent);

        Assert.Equal(JsonValueKind.Null, JsonElement.Parse((await FindAsync("customer")).Body).GetProperty("clicked_at").ValueKind);
    }

    [Fact]
    public async Task A_click_under_the_address_is_found_while_the_ledger_has_the_address()
    {
        await ClickAsync("click:customer@example.com", Click);
        var keys = new (string, string?)[] { ("Clicks:Keys:0", With.Scope.Key("click:{email}")) };
        await With.BringToAsync(ConversionState.Sent);
        Assert.Equal("2026-01-31T09:30:00+00:00", JsonElement.Parse((await FindAsync("customer", keys)).Body).GetProperty("clicked_at").GetString());

        await With.Ledger.VerifiedAsync(With.Redis, LedgerUnderTest.IdOf("customer"), LeaseToken.New(), "");
        Assert.Equal(JsonValueKind.Null, JsonElement.Parse((await FindAsync("customer", keys)).Body).GetProperty("clicked_at").ValueKind);
    }

    [Fact]
    public async Task Of_many_dead_letters_those_that_have_been_dead_longest_are_listed()
    {
        for (var number = 0; number < 12; number++)
        {
            var (id, _) = await With.BringToAsync(ConversionState.Dead, $"customer {number}");
            await With.Redis.SortedSetAddAsync(With.Keys.Of(id)[4], id.Hash, 1000 * (12 - number));
            await With.Redis.HashSetAsync(With.Keys.Of(id)[0], "dead_at", 1000 * (12 - number));
        }

        var letters = new DeadLetters(NewGate(), With.Ledger);
        var list = await letters.ListAsync(3);

        Assert.Equal([1, 2, 3], list.Select(letter => letter.DeadAt!.Value.ToUnixTimeSeconds()));
        Assert.Equal(12, (await letters.ListAsync(int.MaxValue)).Count);
    }

    private RedisGate NewGate() => new(
        Given.Settings(("Redis:Timeout", "00:00:10")).Redis, TimeProvider.System, () => Task.FromResult<IConnectionMultiplexer>(With.Scope.Connection));

    private async Task ClickAsync(string name, string click) => await With.Redis.StringSetAsync(With.Scope.Key(name), click);

    private async Task<(int Status, string Body)> FindAsync(string customerKey, params (string Key, string? Value)[] settings)
    {
        var given = Given.Settings([("Clicks:Keys:0", With.Scope.Key("click:{customer_key}")), .. settings]);
        var search = new CustomerSearch(NewGate(), With.Ledger, new ClickStore(given.Clicks), new CustomerRef(given.Privacy));
        await using var surface = await ManagementSurface.ServeAsync(
            endpoints => CustomerEndpoints.Map(new AdminRoutes(endpoints, new Secret("token")), search));
        var (answer, body) = await surface.GetAsync($"/admin/conversions/{Uri.EscapeDataString(customerKey)}", "Bearer token");
        var status = (int)answer.StatusCode;
        answer.Dispose();
        return (status, body);
    }
}

using System.Text.Json;
using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Management.Admin;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Testing;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Management.Admin;

[RedisSuite]
public sealed class CustomerLookupTests(TestRedis redis) : LedgerFixture(redis)
{
    private const string Click = """{"xid":"xid_1","partner_key":"partner","ip_address":"203.0.113.7","user_agent":"Firefox","clicked_at":"2026-01-31T09:30:00Z"}""";

    private readonly PrivacySettings _privacy = new(CustomerRefKind.Pseudonym, new byte[32]);
    private readonly RecentNames _names = new();
    private readonly RecentDecisions _decisions = new(TimeProvider.System);

    [Fact]
    public async Task Nobody_knows_a_stranger()
    {
        var (status, body) = await FindAsync("stranger");

        Assert.Equal((404, """{"error":"The ledger does not know this customer.","decisions":[],"unread":[]}"""), (status, body));
    }

    [Fact]
    public async Task Whoever_was_not_converted_is_told_why_and_what_to_do_and_nobody_elses_reason()
    {
        Note("ann", Reasons.NoClick);
        Note("bob", Reasons.RedisDown);
        Note("ann", Reasons.Refused, "The xid is not known.");

        var (status, body) = await FindAsync("ann");

        Assert.Equal(404, status);
        var decisions = JsonElement.Parse(body).GetProperty("decisions").EnumerateArray().ToList();
        Assert.Equal(["refused", "no_click"], decisions.Select(decision => decision.GetProperty("reason").GetString()));
        Assert.Equal("The xid is not known.", decisions[0].GetProperty("answer_text").GetString());
        Assert.All(decisions, decision =>
        {
            var text = ReasonText.Of(decision.GetProperty("reason").GetString())!;
            Assert.Equal((text.Meaning, text.Remedy), (decision.GetProperty("meaning").GetString(), decision.GetProperty("remedy").GetString()));
        });
        Assert.DoesNotContain("ann", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_may_be_among_those_who_were_not_read()
    {
        _decisions.Note(new RequestRecord { TraceId = "", Route = "", Outcome = Outcome.Passthrough, Reason = Reasons.UnknownCaller }, 200);
        _decisions.Note(new RequestRecord { TraceId = "", Route = "", Outcome = Outcome.Passthrough, Reason = Reasons.UnknownCaller }, 200);
        _decisions.Note(new RequestRecord { TraceId = "", Route = "", Outcome = Outcome.Passthrough, Reason = Reasons.MissingField }, 200);

        var unread = JsonElement.Parse((await FindAsync("stranger")).Body).GetProperty("unread").EnumerateArray();

        Assert.Equal(
            [("missing_field", 1), ("unknown_caller", 2)], unread.Select(one => (one.GetProperty("reason").GetString(), one.GetProperty("count").GetInt32())).Order());
    }

    [Fact]
    public async Task A_name_in_the_log_leads_to_the_life_and_so_does_a_dead_letters_reference()
    {
        var (id, _) = await With.BringToAsync(ConversionState.Dead, "ann");
        await ClickAsync("click:ann", Click);
        var name = new CapturedLog().NewConversionEvents(_privacy, _names).NameOf(LedgerUnderTest.KeyOf("ann"), id)!;
        Note("ann", Reasons.RedisDown);

        foreach (var path in (string[])[$"customers/{name}", $"customers/{id}", "conversions/ann"])
        {
            var (status, body) = await AskAsync(path);

            Assert.Equal(200, status);
            var life = JsonElement.Parse(body);
            Assert.Equal((id.ToString(), name), (life.GetProperty("ref").GetString(), life.GetProperty("customer_ref").GetString()));
            Assert.Equal("2026-01-31T09:30:00+00:00", life.GetProperty("clicked_at").GetString());
            Assert.Equal("redis_down", Assert.Single(life.GetProperty("decisions").EnumerateArray()).GetProperty("reason").GetString());
        }
    }

    [Theory]
    [InlineData("customers/0123456789abcdef0123456789abcdef")]
    [InlineData("customers/07-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("customers/")]
    [InlineData("conversions")]
    [InlineData("%63onversions/ann")]
    [InlineData("x/../conversions/ann")]
    public async Task What_leads_nowhere_is_a_404(string path)
    {
        await With.BringToAsync(ConversionState.Sent, "ann");

        Assert.Equal(404, (await AskAsync(path)).Status);
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

        await With.Ledger.VerifiedAsync(With.Budget, LedgerUnderTest.IdOf("customer"), LeaseToken.New(), "");
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

        var letters = new DeadLetters(NewGate(), With.Ledger, new CapturedLog().NewConversionEvents(Given.Settings().Privacy));
        var list = await letters.ListAsync(3);

        Assert.Equal([1, 2, 3], list.Select(letter => letter.DeadAt!.Value.ToUnixTimeSeconds()));
        Assert.Equal(12, (await letters.ListAsync(int.MaxValue)).Count);
    }

    private RedisGate NewGate() => new(
        Given.Settings(("Redis:Timeout", "00:00:10")).Redis, TimeProvider.System, () => Task.FromResult<IConnectionMultiplexer>(With.Scope.Connection));

    private async Task ClickAsync(string name, string click) => await With.Redis.StringSetAsync(With.Scope.Key(name), click);

    private void Note(string customerKey, string reason, string? said = null) => _decisions.Note(
        new RequestRecord
        {
            TraceId = "",
            Route = "",
            Outcome = Outcome.Fallback,
            Reason = reason,
            Said = said,
            CustomerRef = new CustomerRef(_privacy).Of(LedgerUnderTest.KeyOf(customerKey)),
        },
        200);

    private Task<(int Status, string Body)> FindAsync(string customerKey, params (string Key, string? Value)[] settings) =>
        AskAsync($"conversions/{Uri.EscapeDataString(customerKey)}", settings);

    private async Task<(int Status, string Body)> AskAsync(string path, params (string Key, string? Value)[] settings)
    {
        var given = Given.Settings([("Clicks:Keys:0", With.Scope.Key("click:{customer_key}")), .. settings]);
        var search = new CustomerLookup(NewGate(), With.Ledger, new KeptCalls(given.Ledger), new ClickStore(given.Clicks), new CustomerRef(_privacy), _names, _decisions);
        using var door = new AdminDoor(AdminDoor.Token("token"));
        await using var surface = await ManagementSurface.ServeAsync(endpoints => new CustomerEndpoints(search).Map(door.Routes(endpoints)));
        var (answer, body) = await surface.GetAsync($"/admin/{path}", "Bearer token");
        var status = (int)answer.StatusCode;
        answer.Dispose();
        return (status, body);
    }
}

using System.Text.Json;
using ProxyShim.Background.Verification;
using ProxyShim.Ledger;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using ProxyShim.Tests.Ledger.Model;
using Xunit;

namespace ProxyShim.Tests.Background.Verification;

[RedisSuite]
public class VerificationRunnerTests(TestRedis redis)
{
    private static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(20);
    private static readonly Fault s_absent = Fault.Status(404);
    private static readonly Fault s_untold = Fault.Status(500);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_sent_and_is_there_is_proved()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        await background.DeliverAsync(await background.ReadyAsync(ConversionState.Due));
        var id = await TimePassesAsync(background);

        Assert.Equal(1, await background.ReadBackAsync(id));

        Assert.Equal(ConversionState.Verified, (await background.SeeAsync(id)).State);
        Assert.Equal((1, 1), (background.Count("ConversionSent"), background.Count("ConversionVerified")));
        Assert.Empty(background.Alerts());
    }

    [Fact]
    public async Task What_may_have_landed_and_is_there_is_proved_and_counted_then()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        background.PartnerStack.ConversionApi.EnqueueFaults(Fault.ResetAfterBody(landed: true));
        await background.DeliverAsync(await background.ReadyAsync(ConversionState.Due));
        Assert.Equal(0, background.Count("ConversionSent"));
        var id = await TimePassesAsync(background);

        await background.ReadBackAsync(id);

        Assert.Equal(ConversionState.Verified, (await background.SeeAsync(id)).State);
        Assert.Equal((1, 1), (background.Count("ConversionSent"), background.Count("ConversionVerified")));
        Assert.Equal(1, background.PartnerStack.ArrivalsFor("customer"));
    }

    [Fact]
    public async Task A_replayed_ones_age_counts_from_its_claim_and_its_patience_from_the_replay()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Delivery:MaxAge", "3.00:00:00"));
        var id = await background.ReadyAsync(ConversionState.Dead);
        var claimedAt = (await background.Under.NowAsync()) - TimeSpan.FromDays(5);
        await background.Under.Redis.HashSetAsync(
            background.Under.Keys.Of(id)[0], [new("claimed_at", claimedAt.ToUnixTimeMilliseconds()), new("age_from", claimedAt.ToUnixTimeMilliseconds())]);
        Assert.Equal(ReviveOutcome.Revived, await background.Ledger.ReviveAsync(background.Under.Budget, id));
        background.PartnerStack.ConversionApi.EnqueueFaults(Fault.Status(503));
        await background.DeliverAsync(id);
        Assert.Empty(background.Deaths());
        await background.Under.PassTimeAsync(id);
        await background.DeliverAsync(id);
        await TimePassesAsync(background);

        await background.ReadBackAsync(id);

        Assert.Equal(ConversionState.Verified, (await background.SeeAsync(id)).State);
        Assert.Equal(
            ["DeliveryAttempted", "DeliveryAttempted", "ConversionSent", "ConversionVerified"],
            background.Log.Entries.Select(entry => entry.GetProperty("Event").GetString()));
        Assert.All(background.Log.Entries, entry => Assert.InRange(entry.GetProperty("AgeMs").GetDouble(), 5 * 86_400_000d, 5.1 * 86_400_000d));
    }

    [Fact]
    public async Task A_customer_who_was_there_before_the_claim_is_none_of_ours()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.ReadyAsync(ConversionState.Ambiguous);
        var claimedAt = (await background.SeeAsync(id)).Time("claimed_at").ToUnixTimeMilliseconds();
        background.PartnerStack.CustomerApi.SetFault(Found(claimedAt - 1));

        await background.ReadBackAsync(id);

        Assert.Equal((ConversionState.Verified, "already_existed"), ((await background.SeeAsync(id)).State, (await background.SeeAsync(id)).Field("error")));
        Assert.Equal(0, background.Count("ConversionSent"));
        Assert.Equal("already_existed", Assert.Single(background.Log.Entries).GetProperty("Reason").GetString());
    }

    [Fact]
    public async Task One_who_was_created_at_the_claim_or_later_is_ours()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.ReadyAsync(ConversionState.Sent);
        background.PartnerStack.CustomerApi.SetFault(Found((await background.SeeAsync(id)).Time("claimed_at").ToUnixTimeMilliseconds()));

        await background.ReadBackAsync(id);

        Assert.Equal("", (await background.SeeAsync(id)).Field("error"));
        Assert.Equal(JsonValueKind.Null, Assert.Single(background.Log.Entries).GetProperty("Reason").ValueKind);
    }

    [Theory]
    [InlineData("false", true, "test_customer_in_live")]
    [InlineData("true", false, "live_customer_in_test")]
    public async Task A_customer_of_the_other_environment_raises_one_alert(string configured, bool found, string alert)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("ConversionApi:Test", configured));
        var under = new Ledger.LedgerUnderTest(background.Under.Scope, test: configured == "true");
        foreach (var customer in new[] { "customer", "other" })
        {
            var (id, _) = await under.BringToAsync(ConversionState.Sent, customer);
            await under.PassTimeAsync(id);
            background.PartnerStack.CustomerApi.SetFault(Found(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), customer, found));

            await background.ReadBackAsync(id);
        }

        Assert.Equal([alert], background.Alerts());
        Assert.Equal(2, background.Count("ConversionVerified"));
    }

    [Fact]
    public async Task A_phantom_is_sent_again_and_MaxResends_says_how_often()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Verification:MaxResends", "2"));
        background.PartnerStack.ConversionApi.SetFault(Fault.Phantom);
        var id = await background.ReadyAsync(ConversionState.Due);
        for (var arrivals = 1; arrivals <= 3; arrivals++)
        {
            Assert.Equal(1, await background.DeliverAsync(id));
            Assert.Equal(arrivals, background.PartnerStack.ArrivalsFor("customer"));
            await background.Under.PassTimeAsync(id);
            Assert.Equal(1, await background.ReadBackAsync(id));
        }

        Assert.Equal((ConversionState.Dead, "phantom"), ((await background.SeeAsync(id)).State, (await background.SeeAsync(id)).Field("error")));
        Assert.Equal((2, 1), (background.Count("ConversionPhantom"), background.Count("ConversionSent")));
        Assert.Equal(["phantom"], background.Deaths());
    }

    [Fact]
    public async Task Without_resends_a_phantom_is_a_dead_letter_at_once()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Verification:MaxResends", "0"));
        var id = await background.ReadyAsync(ConversionState.Sent);

        await background.ReadBackAsync(id);

        Assert.Equal(["phantom"], background.Deaths());
    }

    [Fact]
    public async Task What_may_have_landed_and_did_not_is_sent_again_and_no_phantom()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Verification:MaxResends", "0"));
        var id = await background.ReadyAsync(ConversionState.Ambiguous);

        await background.ReadBackAsync(id);

        Assert.Equal(ConversionState.Due, (await background.SeeAsync(id)).State);
        Assert.Equal(0, background.Count("ConversionPhantom"));
    }

    [Fact]
    public async Task Grace_is_from_the_attempt_to_the_read_back()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Verification:Grace", "00:40:00"));
        background.PartnerStack.ConversionApi.EnqueueFaults(Fault.ResetAfterBody(landed: false));
        var ambiguous = await background.ReadyAsync(ConversionState.Due, "ambiguous");
        await background.DeliverAsync(ambiguous);
        var sent = await background.ReadyAsync(ConversionState.Due, "sent");
        await background.DeliverAsync(sent);

        foreach (var (id, state) in new[] { (ambiguous, ConversionState.Ambiguous), (sent, ConversionState.Sent) })
        {
            var seen = await background.SeeAsync(id);
            Assert.Equal((state, seen.Time("last_attempt") + TimeSpan.FromMinutes(40)), (seen.State, seen.DueAt));
            Assert.Equal(0, await background.ReadBackAsync(id));
        }
    }

    [Fact]
    public async Task Interval_is_from_one_question_to_the_next()
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Verification:Interval", "00:03:00"));
        background.PartnerStack.CustomerApi.SetFault(s_untold);
        var id = await background.ReadyAsync(ConversionState.Sent);

        await background.ReadBackAsync(id);

        var seen = await background.SeeAsync(id);
        Assert.Equal(ConversionState.Sent, seen.State);
        Assert.InRange(seen.DueAt - await background.Under.NowAsync(), TimeSpan.FromMinutes(3) - s_tolerance, TimeSpan.FromMinutes(3));
    }

    [Theory]
    [InlineData(ConversionState.Sent, false, "unverifiable")]
    [InlineData(ConversionState.Ambiguous, false, "unverifiable")]
    [InlineData(ConversionState.Sent, true, "expired")]
    [InlineData(ConversionState.Ambiguous, true, "expired")]
    internal async Task MaxAge_ends_what_cannot_be_proved(ConversionState state, bool absent, string reason)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Delivery:MaxAge", "01:00:00"));
        background.PartnerStack.CustomerApi.SetFault(absent ? s_absent : s_untold);
        var id = await background.ReadyAsync(state);
        await background.AgeAsync(id);

        await background.ReadBackAsync(id);

        Assert.Equal(ConversionState.Dead, (await background.SeeAsync(id)).State);
        Assert.Equal([reason], background.Deaths());
    }

    [Fact]
    public async Task Twenty_404s_without_a_200_stop_the_resending_until_one_comes()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        foreach (var number in Enumerable.Range(0, ResendGuard.Limit - 1))
        {
            var early = await background.ReadyAsync(ConversionState.Sent, $"early-{number}");
            await background.ReadBackAsync(early);
            Assert.Equal(ConversionState.Due, (await background.SeeAsync(early)).State);
        }

        var late = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => background.ReadyAsync(ConversionState.Ambiguous, $"late-{number}")));
        await background.ReadBackAsync(late);
        Assert.All(await Task.WhenAll(late.Select(background.SeeAsync)), seen => Assert.Equal(ConversionState.Ambiguous, seen.State));
        Assert.Equal(["engaged"], background.Alerts());

        var found = await background.ReadyAsync(ConversionState.Due, "found");
        await background.DeliverAsync(found);
        await background.Under.PassTimeAsync(found);
        await background.ReadBackAsync(found);
        Assert.Equal(["engaged", "released"], background.Alerts());

        await Task.WhenAll(late.Select(background.Under.PassTimeAsync));
        await background.ReadBackAsync(late);
        Assert.All(await Task.WhenAll(late.Select(background.SeeAsync)), seen => Assert.Equal(ConversionState.Due, seen.State));
    }

    [Theory]
    [InlineData(404, "<html>Not found</html>")]
    [InlineData(200, "<html>Sign in</html>")]
    [InlineData(302, "")]
    public async Task Answers_that_are_not_the_APIs_are_told_when_there_are_five_in_a_row(int status, string body)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        background.PartnerStack.CustomerApi.SetFault(Fault.Status(status, body));
        foreach (var number in Enumerable.Range(1, ResendGuard.StrangeLimit))
        {
            Assert.Empty(background.Troubles());
            await background.ReadBackAsync(await background.ReadyAsync(ConversionState.Sent, $"customer-{number}"));
        }

        Assert.Equal([$"read_back: strange (HTTP {status})"], background.Troubles());

        background.PartnerStack.CustomerApi.ClearFaults();
        await background.ReadBackAsync(await background.ReadyAsync(ConversionState.Sent, "last"));
        Assert.Equal("read_back: strange over", background.Troubles().Last());
    }

    [Theory]
    [InlineData(401)]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    public async Task An_API_in_trouble_is_no_stranger(int status)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        background.PartnerStack.CustomerApi.SetFault(Fault.Status(status, "<html>"));
        foreach (var number in Enumerable.Range(1, ResendGuard.StrangeLimit))
        {
            await background.ReadBackAsync(await background.ReadyAsync(ConversionState.Sent, $"customer-{number}"));
        }

        Assert.DoesNotContain(background.Troubles(), trouble => trouble.StartsWith("read_back", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401, "unauthorized")]
    [InlineData(403, "forbidden")]
    public async Task A_refused_key_pair_raises_one_alert_and_is_degraded_until_a_customer_is_looked_for(int status, string detail)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        background.PartnerStack.CustomerApi.SetFault(Fault.Status(status));
        await background.ReadBackAsync(await background.ReadyAsync(ConversionState.Sent, "first"), await background.ReadyAsync(ConversionState.Sent, "second"));

        var alert = Assert.Single(background.Log.Entries, entry => entry.GetProperty("Event").GetString() == "Alert");
        Assert.Equal(("key_pair_refused", detail), (alert.GetProperty("Alert").GetString(), alert.GetProperty("Detail").GetString()));
        Assert.Equal([false], KeyPairTroubles());

        // An API that is out of order says nothing of the key pair.
        background.PartnerStack.CustomerApi.SetFault(s_untold);
        await background.ReadBackAsync(await background.ReadyAsync(ConversionState.Sent, "third"));
        Assert.Equal([false], KeyPairTroubles());

        background.PartnerStack.CustomerApi.ClearFaults();
        await background.ReadBackAsync(await background.ReadyAsync(ConversionState.Sent, "fourth"));
        Assert.Equal([false, true], KeyPairTroubles());
        Assert.Single(background.Alerts());

        IEnumerable<bool> KeyPairTroubles() => background.Log.Entries
            .Where(entry => entry.TryGetProperty("Part", out var part) && part.GetString() == "key_pair")
            .Select(entry => entry.GetProperty("Over").GetBoolean());
    }

    [Theory]
    [InlineData(429, "120", 120)]
    [InlineData(503, "120", 120)]
    [InlineData(429, null, 60)]
    public async Task An_API_that_asks_to_be_left_alone_is_left_alone_for_all_customers(int status, string? retryAfter, int seconds)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        background.PartnerStack.CustomerApi.EnqueueFaults(
            retryAfter is null ? Fault.Status(status) : Fault.Status(status, headers: ("Retry-After", retryAfter)));
        await background.ReadBackAsync(await background.ReadyAsync(ConversionState.Sent, "first"));
        var second = await background.ReadyAsync(ConversionState.Sent, "second");

        background.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Equal(0, await background.ReadBackAsync(second));
        background.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await background.ReadBackAsync(second));
    }

    [Fact]
    public async Task A_key_pair_that_was_taken_away_ends_the_read_backs()
    {
        await using var background = await BackgroundHost.OpenAsync(
            redis, ("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null), ("CustomerApi:AllowAnonymous", "true"));
        var with = new Ledger.LedgerUnderTest(background.Under.Scope);
        var (sent, _) = await with.BringToAsync(ConversionState.Sent, "sent");
        var (ambiguous, _) = await with.BringToAsync(ConversionState.Ambiguous, "ambiguous");
        await with.PassTimeAsync(sent);
        await with.PassTimeAsync(ambiguous);

        Assert.Equal(2, await background.ReadBackAsync(sent, ambiguous));

        Assert.Equal(ConversionState.Sent, (await background.SeeAsync(sent)).State);
        Assert.Equal((ConversionState.Due, "1"), ((await background.SeeAsync(ambiguous)).State, (await background.SeeAsync(ambiguous)).Field("maybe")));
        Assert.Empty(background.PartnerStack.Calls);
    }

    [Fact]
    public async Task One_whose_body_is_gone_is_a_dead_letter()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.ReadyAsync(ConversionState.Sent);
        await background.Under.Redis.KeyDeleteAsync(background.Under.Keys.Of(id)[1]);

        await background.ReadBackAsync(id);

        Assert.Equal("dead", await background.Under.Redis.HashGetAsync(background.Under.Keys.Of(id)[0], "state"));
        Assert.Equal(["body_lost"], background.Deaths());
    }

    [Fact]
    public async Task While_Redis_is_away_nothing_is_settled_and_the_next_reader_takes_over()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.ReadyAsync(ConversionState.Sent);
        var commands = 0;
        background.Losses = () => Interlocked.Increment(ref commands) == 1 ? Loss.None : Loss.Command;
        Assert.Equal(0, await background.ReadBackAsync(id));
        background.Losses = () => Loss.None;

        Assert.Equal(ConversionState.Sent, (await background.SeeAsync(id)).State);
        Assert.Equal(0, await background.ReadBackAsync(id));
        await background.Under.PassTimeAsync(id);
        Assert.Equal(1, await background.ReadBackAsync(id));
    }

    [Fact]
    public async Task When_the_shim_stops_a_question_is_dropped_and_asked_again_by_another_at_once()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        background.PartnerStack.CustomerApi.SetFault(Fault.Hang(landed: true));
        var id = await background.ReadyAsync(ConversionState.Sent);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var round = background.Verification.RunAsync([id], stop.Token);
        await background.PartnerStack.WaitUntilAsync(stack => stack.Calls.Count == 1, Eventually.DefaultLimit, Cancellation);

        await stop.CancelAsync();

        Assert.Equal(0, await round);
        Assert.Equal(ConversionState.Sent, (await background.SeeAsync(id)).State);

        // No time passes: the lease has been given back.
        background.PartnerStack.CustomerApi.SetFault(Found(DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
        Assert.Equal(1, await background.ReadBackAsync(id));
        Assert.Equal(ConversionState.Verified, (await background.SeeAsync(id)).State);
    }

    private static Fault Found(long createdAt, string customer = "customer", bool test = false) => Fault.Status(
        200, $$"""{"data":{"customer_key":"{{customer}}","created_at":{{createdAt}},"test":{{(test ? "true" : "false")}}},"message":"ok","status":200}""");

    private static async Task<ConversionId> TimePassesAsync(BackgroundHost background)
    {
        var id = Ledger.LedgerUnderTest.IdOf("customer");
        await background.Under.PassTimeAsync(id);
        return id;
    }
}

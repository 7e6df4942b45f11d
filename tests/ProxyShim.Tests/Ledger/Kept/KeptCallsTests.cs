using System.Globalization;
using System.Text;
using System.Text.Json;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Primitives;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger.Kept;

[RedisSuite]
public class KeptCallsTests(TestRedis redis) : LedgerFixture(redis)
{
    [Theory]
    [InlineData("held")]
    [InlineData("claimed")]
    [InlineData("due")]
    [InlineData("ambiguous")]
    [InlineData("sent")]
    public async Task Calls_about_a_customer_who_is_not_verified_wait_in_order_until_it_is(string name)
    {
        await using var kept = new KeptUnderTest(With);
        var (id, token) = await With.BringToAsync(Lifecycle.Parse(name));
        Assert.Equal([KeepOutcome.Kept, KeepOutcome.Kept], [await kept.KeepAsync(id, "a"), await kept.KeepAsync(id, "b")]);

        await kept.PassTimeAsync(id);
        Assert.Null(await kept.TakeAsync(id));

        await With.Ledger.VerifiedAsync(With.Budget, id, token, "");
        await kept.PassTimeAsync(id);
        Assert.Equal("a", await kept.PlayAsync(id));
        Assert.Equal("b", await kept.PlayAsync(id));
        Assert.Null(await kept.TakeAsync(id));
        Assert.Empty(await kept.LeftAsync());
    }

    [Theory]
    [InlineData("verified")]
    [InlineData("fallback")]
    [InlineData("dead")]
    public async Task About_anybody_else_nothing_is_kept(string name)
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(Lifecycle.Parse(name));

        Assert.Equal(KeepOutcome.NotNeeded, await kept.KeepAsync(id, "a"));
        Assert.Equal(KeepOutcome.NotNeeded, await kept.KeepAsync(LedgerUnderTest.IdOf("nobody"), "a"));
        Assert.Empty(await kept.LeftAsync());
    }

    [Fact]
    public async Task Who_was_verified_while_the_404_was_on_its_way_has_its_call_played_at_once()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Verified);

        Assert.Equal(KeepOutcome.Kept, await kept.KeepAsync(id, "a", wasUnverified: true));

        Assert.Equal("a", await kept.PlayAsync(id));
    }

    [Fact]
    public async Task While_a_read_back_is_under_way_its_end_is_awaited_and_not_that_of_its_lease()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await kept.KeepAsync(id, "a");
        await With.TakeDueReadBackAsync(id);
        await kept.PassTimeAsync(id);

        Assert.Null(await kept.TakeAsync(id));

        Assert.InRange(await kept.NextLookAsync(id) - await With.NowAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task No_more_wait_than_may()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        Assert.Equal(KeepOutcome.Kept, await kept.KeepAsync(id, "a", most: 1));

        Assert.Equal(KeepOutcome.TooMany, await kept.KeepAsync(id, "b", most: 1));
        Assert.Equal(KeepOutcome.TooMany, await kept.KeepAsync(id, new string('x', KeptCalls.MaxBytes), most: 10));
    }

    [Fact]
    public async Task What_comes_after_its_caller_has_another_answer_is_not_kept()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        var now = await With.NowAsync();

        Assert.Equal(KeepOutcome.Late, await kept.KeepAsync(id, "a", notAfter: now - TimeSpan.FromMilliseconds(1)));
        Assert.Empty(await kept.LeftAsync());
        Assert.Equal(KeepOutcome.Kept, await kept.KeepAsync(id, "a", notAfter: now + TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData(1, "bc")]
    [InlineData(2, "ac")]
    [InlineData(3, "ab")]
    public async Task What_is_withdrawn_is_not_played_and_leaves_no_gap(int which, string played)
    {
        await using var kept = new KeptUnderTest(With);
        var (id, token) = await With.BringToAsync(ConversionState.Sent);
        var nonces = Enumerable.Range(0, 3).Select(_ => CallNonce.New()).ToArray();
        foreach (var (body, nonce) in ((string[])["a", "b", "c"]).Zip(nonces))
        {
            await kept.KeepAsync(id, body, nonce: nonce);
        }

        await kept.WithdrawAsync(id, nonces[which - 1]);
        await kept.WithdrawAsync(id, nonces[which - 1]);
        await kept.WithdrawAsync(id, CallNonce.New());

        // An older replica takes a number without a call for the end.
        var fields = (await With.Redis.HashGetAllAsync(With.Keys.CallsOf(id))).ToDictionary(field => $"{field.Name}", field => (string?)field.Value);
        var numbers = Enumerable.Range((int)long.Parse(fields["first"]!, CultureInfo.InvariantCulture), 2).ToArray();
        Assert.Equal(numbers.Select(number => $"c:{number}"), fields.Keys.Where(name => name.StartsWith("c:", StringComparison.Ordinal)).Order());
        Assert.Equal(
            ($"{numbers[^1]}", "2", $"{numbers.Sum(number => fields[$"c:{number}"]!.Length)}"), (fields["last"], fields["count"], fields["bytes"]));
        await With.Ledger.VerifiedAsync(With.Budget, id, token, "");
        await kept.PassTimeAsync(id);
        Assert.Equal(played, await kept.PlayAsync(id) + await kept.PlayAsync(id));
        Assert.Empty(await kept.LeftAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_only_one_that_waits_is_withdrawn_and_nothing_is_left_but_the_dead(bool hasDead)
    {
        await using var kept = new KeptUnderTest(With);
        var (id, token) = await With.BringToAsync(ConversionState.Sent);
        if (hasDead)
        {
            await kept.KeepAsync(id, "a");
            await With.Ledger.VerifiedAsync(With.Budget, id, token, "");
            await kept.PassTimeAsync(id);
            await kept.Calls.BuryAsync(kept.Budget, (await kept.TakeAsync(id))!, "refused", 400);
        }

        var nonce = CallNonce.New();
        await kept.KeepAsync(id, "b", wasUnverified: true, nonce: nonce);
        await kept.WithdrawAsync(id, nonce);

        Assert.Equal(hasDead ? ["letters"] : [], (await kept.LeftAsync()).Select(key => key.Split(':')[^1]).Where(name => name.Length < id.Hash.Length));
        Assert.Equal(hasDead, await With.Redis.KeyExistsAsync(With.Keys.CallsOf(id)));

        await kept.KeepAsync(id, "c", wasUnverified: true);
        await With.Ledger.VerifiedAsync(With.Budget, id, token, "");
        await kept.PassTimeAsync(id);
        Assert.Equal("c", await kept.PlayAsync(id));
    }

    [Fact]
    public async Task What_has_begun_to_be_played_is_not_withdrawn()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, token) = await With.BringToAsync(ConversionState.Sent);
        var nonce = CallNonce.New();
        await kept.KeepAsync(id, "a", nonce: nonce);
        await With.Ledger.VerifiedAsync(With.Budget, id, token, "");
        await kept.PassTimeAsync(id);
        var taken = (await kept.TakeAsync(id))!;

        await kept.WithdrawAsync(id, nonce);

        Assert.True(await kept.Calls.PlayedAsync(kept.Budget, taken));
        Assert.Empty(await kept.LeftAsync());
    }

    [Fact]
    public async Task What_may_come_yet_is_not_said_to_be_withdrawn()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        var (nonce, now) = (CallNonce.New(), await With.NowAsync());

        Assert.False(await kept.Calls.WithdrawAsync(kept.Budget, id, nonce, now + TimeSpan.FromMinutes(1)));
        await kept.KeepAsync(id, "a", nonce: nonce, notAfter: now + TimeSpan.FromMinutes(1));
        Assert.True(await kept.Calls.WithdrawAsync(kept.Budget, id, nonce, now + TimeSpan.FromMinutes(1)));
        Assert.Empty(await kept.LeftAsync());
    }

    [Fact]
    public void A_nonce_is_nothing_that_an_older_version_stumbles_over_and_nothing_that_is_missed()
    {
        var call = KeptUnderTest.Call("""{"a":1}""");
        var (kept, older) = (JsonElement.Parse(call.Write(CallNonce.New())), JsonText.Write(call, static (json, call) =>
        {
            call.Write(json);
            return 0;
        }).Text);

        Assert.Equal(JsonElement.Parse(older).EnumerateObject().Select(member => member.Name), kept.EnumerateObject().Select(member => member.Name).SkipLast(1));
        Assert.Equal(KeptCall.Read(kept).Body.ToArray(), KeptCall.Read(older).Body.ToArray());
    }

    [Fact]
    public async Task Of_many_players_one_takes_it_and_who_is_late_settles_nothing()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await kept.KeepAsync(id, "a");
        await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "");
        await kept.PassTimeAsync(id);

        var takes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => kept.TakeAsync(id)));
        var first = Assert.Single(takes.OfType<TakenCall>());
        await kept.PassTimeAsync(id);
        var second = await kept.TakeAsync(id);

        Assert.Equal((false, true), (first.WasBegun, second!.WasBegun));
        Assert.False(await kept.Calls.PlayedAsync(kept.Budget, first));
        Assert.True(await kept.Calls.PlayedAsync(kept.Budget, second));
    }

    [Fact]
    public async Task What_did_not_land_may_be_played_again_and_is_not_said_to_have_been_begun()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await kept.KeepAsync(id, "a");
        await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "");
        await kept.PassTimeAsync(id);
        var taken = (await kept.TakeAsync(id))!;

        await kept.Calls.RescheduleAsync(kept.Budget, taken, TimeSpan.FromHours(1), mayHaveLanded: false);

        Assert.Null(await kept.TakeAsync(id));
        await kept.PassTimeAsync(id);
        Assert.Equal((false, 2), ((await kept.TakeAsync(id))!.WasBegun, taken.Attempts + 1));
    }

    [Fact]
    public async Task A_dead_call_keeps_nobody_waiting_and_is_played_or_discarded_when_a_person_says_so()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        foreach (var body in (string[])["a", "b", "c"])
        {
            await kept.KeepAsync(id, body);
        }

        await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "");
        await kept.PassTimeAsync(id);
        await kept.Calls.BuryAsync(kept.Budget, (await kept.TakeAsync(id))!, "refused", 400);
        await kept.Calls.BuryAsync(kept.Budget, (await kept.TakeAsync(id))!, "may_have_landed", null);
        Assert.Equal("c", await kept.PlayAsync(id));

        var dead = await kept.Calls.DeadAsync(kept.Budget, 10);
        Assert.Equal(["a refused 400", "b may_have_landed"], dead.Select(letter => $"{Encoding.UTF8.GetString(letter.Call!.Body.Span)} {letter.Reason}").Order());
        Assert.True(await kept.Calls.ReplayAsync(kept.Budget, new CallReference(id, 1)));
        Assert.False(await kept.Calls.ReplayAsync(kept.Budget, new CallReference(id, 1)));
        Assert.True(await kept.Calls.DiscardAsync(kept.Budget, new CallReference(id, 2)));
        Assert.Equal("a", await kept.PlayAsync(id));
        Assert.Empty(await kept.LeftAsync());
    }

    [Fact]
    public async Task An_erased_customer_leaves_no_call_dead_or_alive()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        await kept.KeepAsync(id, "a");
        await kept.KeepAsync(id, "b");
        await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "");
        await kept.PassTimeAsync(id);
        await kept.Calls.BuryAsync(kept.Budget, (await kept.TakeAsync(id))!, "refused", 400);

        await With.Ledger.EraseAsync(With.Budget, id);

        Assert.Empty(await kept.LeftAsync());
    }

    [Fact]
    public async Task The_survey_tells_what_waits()
    {
        await using var kept = new KeptUnderTest(With);
        var (id, _) = await With.BringToAsync(ConversionState.Sent);
        var before = await With.NowAsync();
        await kept.KeepAsync(id, "a");
        var waiting = await With.Ledger.SurveyAsync(With.Redis, id.Partition, 10);
        Assert.Equal((1, 0, 0), (waiting.WaitingDepth, waiting.LettersDepth, waiting.Playing.Count));
        Assert.InRange(waiting.OldestWaiting!.Value, before, await With.NowAsync());

        await With.Ledger.VerifiedAsync(With.Budget, id, LeaseToken.New(), "");
        await kept.PassTimeAsync(id);
        Assert.Equal([id], (await With.Ledger.SurveyAsync(With.Redis, id.Partition, 10)).Playing);
    }

    /// <summary>
    /// Random interleavings of an app, of which some calls are withdrawn, since nobody knew whether they were kept, and two players: each call takes effect once, in
    /// order, or is a dead letter, or was withdrawn before it was begun.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Whatever_happens_in_between_none_is_lost_none_comes_twice_and_the_order_holds(int seed)
    {
        await using var kept = new KeptUnderTest(With);
        var random = new Random(seed);
        for (var customer = 0; customer < 5; customer++)
        {
            var (id, token) = await With.BringToAsync(ConversionState.Sent, $"customer-{customer}");
            var (sent, effects, dead, holders) = (0, new List<int>(), new List<int>(), new List<TakenCall>());
            var (begun, doubtful, withdrawn) = (new HashSet<int>(), new Dictionary<int, CallNonce>(), new HashSet<int>());
            var verified = false;
            for (var step = 0; step < 120; step++)
            {
                await kept.PassTimeAsync(id);
                switch (random.Next(7))
                {
                    case 0 or 1 when !verified:
                        var nonce = CallNonce.New();
                        Assert.Equal(KeepOutcome.Kept, await kept.KeepAsync(id, $"{++sent}", most: 1000, nonce: nonce));
                        if (random.Next(3) == 0)
                        {
                            // The reply is lost.
                            doubtful[sent] = nonce;
                        }

                        break;
                    case 2 when step > 40 && !verified:
                        await With.Ledger.VerifiedAsync(With.Budget, id, token, "");
                        verified = true;
                        break;
                    case 3 or 4 when await kept.TakeAsync(id) is { } taken:
                        Assert.True(verified);
                        begun.Add(NumberOf(taken));
                        if (taken.WasBegun)
                        {
                            // A POST that may have landed: whoever began it is gone, or late.
                            dead.Add(NumberOf(taken));
                            Assert.True(await kept.Calls.BuryAsync(kept.Budget, taken, "may_have_landed", null));
                            break;
                        }

                        // It is played, or its player dies before; and who has played it settles that some time, or dies before that too.
                        if (random.Next(3) > 0)
                        {
                            effects.Add(NumberOf(taken));
                            holders.Add(taken);
                        }

                        break;
                    case 5 when holders.Count > 0:
                        // Too late, perhaps.
                        await kept.Calls.PlayedAsync(kept.Budget, holders[random.Next(holders.Count)]);
                        break;
                    case 6 when doubtful.Count > 0 && random.Next(3) == 0:
                        var (number, doubted) = doubtful.ElementAt(random.Next(doubtful.Count));
                        await kept.WithdrawAsync(id, doubted);
                        if (!begun.Contains(number))
                        {
                            withdrawn.Add(number);
                        }

                        break;
                }
            }

            await With.Ledger.VerifiedAsync(With.Budget, id, token, "");
            await kept.PassTimeAsync(id);
            while (await kept.TakeAsync(id) is { } rest)
            {
                (rest.WasBegun ? dead : effects).Add(NumberOf(rest));
                Assert.True(await (rest.WasBegun ? kept.Calls.BuryAsync(kept.Budget, rest, "may_have_landed", null) : kept.Calls.PlayedAsync(kept.Budget, rest)));
                await kept.PassTimeAsync(id);
            }

            Assert.Equal(effects.Order().Distinct(), effects);
            Assert.Equal(Enumerable.Range(1, sent).Except(withdrawn), effects.Union(dead).Order());
            Assert.Distinct(dead);
        }
    }

    private static int NumberOf(TakenCall taken) => int.Parse(Encoding.UTF8.GetString(KeptCall.Read(taken.Call).Body.Span), CultureInfo.InvariantCulture);
}

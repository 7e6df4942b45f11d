using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Primitives;
using ProxyShim.Testing;
using ProxyShim.Tests.Background;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Ledger.Kept;
using ProxyShim.Tests.Ledger.Model;
using Xunit;

namespace ProxyShim.Tests.Settlement;

[RedisSuite]
public class SettlementBacklogTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_Redis_could_not_be_told_is_told_when_it_is_back()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var sent = await LeaseAsync(background, "sent");
        var given = await LeaseAsync(background, "given away");
        var refused = await LeaseAsync(background, "refused");
        var erased = await LeaseAsync(background, "erased");
        await BackdateAsync(background, erased.Id);
        await using var kept = new KeptUnderTest(background.Under);
        var nonce = CallNonce.New();
        await kept.KeepAsync(sent.Id, "a", nonce: nonce);
        background.Losses = () => Loss.Command;
        await background.Backlog.StartAsync(Cancellation);
        background.Backlog.Withdraw(sent.Id, nonce, DateTimeOffset.UnixEpoch);
        background.Backlog.Sent(sent, 1);
        background.Backlog.Fallback(given, 0, "redis_down");
        background.Backlog.Release(refused);
        background.Backlog.Erase(erased.Id);
        await PassAsync(background, "Redis is left alone", () => Task.FromResult(background.Redis.IsBroken));
        Assert.Equal(ConversionState.Claimed, (await background.SeeAsync(sent.Id)).State);

        background.Losses = () => Loss.None;
        await PassAsync(background, "all is told", async () => (await background.Under.SeeAsync(erased.Id))!.State == ConversionState.Fallback);
        await background.Backlog.StopAsync(Cancellation);

        Assert.Equal(ConversionState.Sent, (await background.SeeAsync(sent.Id)).State);
        Assert.Equal((ConversionState.Fallback, "redis_down"), ((await background.SeeAsync(given.Id)).State, (await background.SeeAsync(given.Id)).Field("error")));
        Assert.Null(await background.Under.SeeAsync(refused.Id));
        Assert.Empty(await kept.LeftAsync());
        Assert.Equal(1, background.Count("ConversionSent"));
    }

    [Fact]
    public async Task The_fallback_of_a_claim_that_never_was_makes_no_entry()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var lease = LeaseOf(background, "customer", LeaseToken.New());
        background.Backlog.Fallback(lease, 0, "redis_down");
        background.Backlog.Erase(lease.Id);

        await background.Backlog.StartAsync(Cancellation);
        await background.Backlog.StopAsync(Cancellation);

        Assert.Null(await background.Under.SeeAsync(lease.Id));
    }

    [Fact]
    public async Task The_fallback_of_a_claim_that_was_keeps_every_worker_from_sending_it()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var lease = await LeaseAsync(background, "customer");
        background.Backlog.Fallback(lease, 0, "redis_down");

        await background.Backlog.StartAsync(Cancellation);
        await background.Backlog.StopAsync(Cancellation);
        await background.Under.PassTimeAsync(lease.Id);

        Assert.Equal(0, await background.DeliverAsync(lease.Id));
        Assert.Empty(background.PartnerStack.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deletion_that_Redis_hears_of_late_spares_whoever_was_created_after_it(bool before)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        background.Backlog.Erase(LedgerUnderTest.IdOf("customer"));
        var (id, token) = await background.Under.ClaimAsync();
        Assert.Equal(FencedWrite.Applied, await background.Ledger.DueAsync(background.Under.Budget, id, token, 1, TimeSpan.Zero, "status_503", maybeLanded: false));
        if (before)
        {
            await BackdateAsync(background, id);
        }

        // Far more than has passed on Redis's clock since.
        background.Time.Advance(TimeSpan.FromMinutes(1));
        await background.Backlog.StartAsync(Cancellation);
        await background.Backlog.StopAsync(Cancellation);

        Assert.Equal(before ? ConversionState.Fallback : ConversionState.Due, (await background.SeeAsync(id)).State);
    }

    [Fact]
    public async Task A_call_that_Redis_keeps_after_it_was_withdrawn_is_withdrawn_again()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var lease = await LeaseAsync(background, "customer");
        await using var kept = new KeptUnderTest(background.Under);
        var (nonce, notAfter) = (CallNonce.New(), await background.Under.NowAsync() + TimeSpan.FromMinutes(1));
        var (asked, times) = (new TaskCompletionSource(), 0);
        background.Losses = () =>
        {
            if (++times == 2)
            {
                asked.TrySetResult();
            }

            return Loss.None;
        };

        background.Backlog.Withdraw(lease.Id, nonce, notAfter);
        await background.Backlog.StartAsync(Cancellation);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal(KeepOutcome.Kept, await kept.KeepAsync(lease.Id, "a", nonce: nonce, notAfter: notAfter));
        await background.Backlog.StopAsync(Cancellation);

        Assert.Empty(await kept.LeftAsync());
    }

    [Fact]
    public async Task Who_stops_tells_first_what_there_is_to_tell()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var lease = await LeaseAsync(background, "customer");
        await background.Backlog.StartAsync(Cancellation);
        background.Losses = () => Loss.Command;
        background.Backlog.Sent(lease, 1);

        background.Losses = () => Loss.None;
        await background.Backlog.StopAsync(Cancellation);

        Assert.Equal(ConversionState.Sent, (await background.SeeAsync(lease.Id)).State);
        Assert.Equal(1, background.Count("ConversionSent"));
    }

    // As if it had been claimed long ago.
    private static Task<bool> BackdateAsync(BackgroundHost background, ConversionId id) =>
        background.Under.Redis.HashSetAsync(background.Under.Keys.Of(id)[0], "claimed_at", 1);

    private static async Task<Lease> LeaseAsync(BackgroundHost background, string customerKey) =>
        LeaseOf(background, customerKey, (await background.Under.ClaimAsync(customerKey)).Token);

    private static Lease LeaseOf(BackgroundHost background, string customerKey, LeaseToken token) => new(
        LedgerUnderTest.IdOf(customerKey), token, customerKey, "xid_1", "partner", "default", LedgerUnderTest.TraceId,
        Moment.Now(background.Time));

    private static Task PassAsync(BackgroundHost background, string what, Func<Task<bool>> look) => Eventually.IsTrueAsync(
        what,
        () =>
        {
            background.Time.Advance(TimeSpan.FromSeconds(1));
            return look();
        },
        cancellation: Cancellation);
}

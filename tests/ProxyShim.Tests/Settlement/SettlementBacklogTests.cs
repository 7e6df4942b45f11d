using ProxyShim.Ledger;
using ProxyShim.Primitives;
using ProxyShim.Testing;
using ProxyShim.Tests.Background;
using ProxyShim.Tests.Ledger;
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
        await using var backstage = await Backstage.OpenAsync(redis);
        var sent = await LeaseAsync(backstage, "sent");
        var given = await LeaseAsync(backstage, "given away");
        var refused = await LeaseAsync(backstage, "refused");
        var erased = await LeaseAsync(backstage, "erased");
        await BackdateAsync(backstage, erased.Id);
        backstage.Weather = () => Loss.Command;
        await backstage.Backlog.StartAsync(Cancellation);
        backstage.Backlog.Sent(sent, 1);
        backstage.Backlog.Fallback(given, 0, "redis_down");
        backstage.Backlog.Release(refused);
        backstage.Backlog.Erase(erased.Id);
        await PassAsync(backstage, "Redis is left alone", () => Task.FromResult(backstage.Redis.IsBroken));
        Assert.Equal(ConversionState.Claimed, (await backstage.SeeAsync(sent.Id)).State);

        backstage.Weather = () => Loss.None;
        await PassAsync(backstage, "all is told", async () => (await backstage.Under.SeeAsync(erased.Id))!.State == ConversionState.Fallback);
        await backstage.Backlog.StopAsync(Cancellation);

        Assert.Equal(ConversionState.Sent, (await backstage.SeeAsync(sent.Id)).State);
        Assert.Equal((ConversionState.Fallback, "redis_down"), ((await backstage.SeeAsync(given.Id)).State, (await backstage.SeeAsync(given.Id)).Field("error")));
        Assert.Null(await backstage.Under.SeeAsync(refused.Id));
        Assert.Equal(1, backstage.Count("ConversionSent"));
    }

    [Fact]
    public async Task The_fallback_of_a_claim_that_never_was_makes_no_entry()
    {
        await using var backstage = await Backstage.OpenAsync(redis);
        var lease = LeaseOf(backstage, "customer", LeaseToken.New());
        backstage.Backlog.Fallback(lease, 0, "redis_down");
        backstage.Backlog.Erase(lease.Id);

        await backstage.Backlog.StartAsync(Cancellation);
        await backstage.Backlog.StopAsync(Cancellation);

        Assert.Null(await backstage.Under.SeeAsync(lease.Id));
    }

    [Fact]
    public async Task The_fallback_of_a_claim_that_was_keeps_every_worker_from_sending_it()
    {
        await using var backstage = await Backstage.OpenAsync(redis);
        var lease = await LeaseAsync(backstage, "customer");
        backstage.Backlog.Fallback(lease, 0, "redis_down");

        await backstage.Backlog.StartAsync(Cancellation);
        await backstage.Backlog.StopAsync(Cancellation);
        await backstage.Under.PassTimeAsync(lease.Id);

        Assert.Equal(0, await backstage.DeliverAsync(lease.Id));
        Assert.Empty(backstage.PartnerStack.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deletion_that_Redis_hears_of_late_spares_whoever_was_created_after_it(bool before)
    {
        await using var backstage = await Backstage.OpenAsync(redis);
        backstage.Backlog.Erase(LedgerUnderTest.IdOf("customer"));
        var (id, token) = await backstage.Under.ClaimAsync();
        Assert.Equal(Fenced.Done, await backstage.Ledger.DueAsync(backstage.Under.Redis, id, token, 1, TimeSpan.Zero, "status_503", maybeLanded: false));
        if (before)
        {
            await BackdateAsync(backstage, id);
        }

        // Far more than has passed on Redis's clock since.
        backstage.Time.Advance(TimeSpan.FromMinutes(1));
        await backstage.Backlog.StartAsync(Cancellation);
        await backstage.Backlog.StopAsync(Cancellation);

        Assert.Equal(before ? ConversionState.Fallback : ConversionState.Due, (await backstage.SeeAsync(id)).State);
    }

    [Fact]
    public async Task Who_stops_tells_first_what_there_is_to_tell()
    {
        await using var backstage = await Backstage.OpenAsync(redis);
        var lease = await LeaseAsync(backstage, "customer");
        await backstage.Backlog.StartAsync(Cancellation);
        backstage.Weather = () => Loss.Command;
        backstage.Backlog.Sent(lease, 1);

        backstage.Weather = () => Loss.None;
        await backstage.Backlog.StopAsync(Cancellation);

        Assert.Equal(ConversionState.Sent, (await backstage.SeeAsync(lease.Id)).State);
        Assert.Equal(1, backstage.Count("ConversionSent"));
    }

    // As if it had been claimed long ago.
    private static Task<bool> BackdateAsync(Backstage backstage, ConversionId id) =>
        backstage.Under.Redis.HashSetAsync(backstage.Under.Keys.Of(id)[0], "claimed_at", 1);

    private static async Task<Lease> LeaseAsync(Backstage backstage, string customerKey) =>
        LeaseOf(backstage, customerKey, (await backstage.Under.ClaimAsync(customerKey)).Token);

    private static Lease LeaseOf(Backstage backstage, string customerKey, LeaseToken token) => new(
        LedgerUnderTest.IdOf(customerKey), token, customerKey, "xid_1", "partner", "default", LedgerUnderTest.TraceId,
        Moment.Now(backstage.Time));

    private static Task PassAsync(Backstage backstage, string what, Func<Task<bool>> look) => Eventually.IsTrueAsync(
        what,
        () =>
        {
            backstage.Time.Advance(TimeSpan.FromSeconds(1));
            return look();
        },
        cancellation: Cancellation);
}

using ProxyShim.Ledger;
using ProxyShim.Testing;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Ledger;

[RedisSuite]
public class SurveyTests(TestRedis redis) : LedgerFixture(redis)
{
    // All of one partition.
    private static readonly string[] s_neighbours =
        [.. Enumerable.Range(0, 1000).Select(number => $"customer-{number}").Where(key => LedgerUnderTest.IdOf(key).Partition == 7).Take(7)];

    [Fact]
    public async Task It_lists_what_has_come_up_oldest_first_and_counts_all()
    {
        var oldest = (await With.BringToAsync(ConversionState.Due, s_neighbours[0])).Id;
        var left = (await With.BringToAsync(ConversionState.Claimed, s_neighbours[1])).Id;
        await With.BringToAsync(ConversionState.Due, s_neighbours[2]);
        var read = (await With.BringToAsync(ConversionState.Sent, s_neighbours[3])).Id;
        await With.BringToAsync(ConversionState.Ambiguous, s_neighbours[4]);
        await With.BringToAsync(ConversionState.Dead, s_neighbours[5]);
        await With.BringToAsync(ConversionState.Verified, s_neighbours[6]);
        await With.PassTimeAsync(oldest);
        await With.PassTimeAsync(read);
        await Eventually.IsTrueAsync(
            "the clock of Redis goes on", async () => await With.NowAsync() > (await With.SeeAsync(oldest))!.DueAt + TimeSpan.FromMilliseconds(2), cancellation: Cancellation);
        await With.PassTimeAsync(left);

        var survey = await With.Ledger.SurveyAsync(With.Redis, 7, max: 10);

        Assert.Equal([oldest, left], survey.Due);
        Assert.Equal([read], survey.Unverified);
        Assert.Equal((3, 2, 1), (survey.DueDepth, survey.UnverifiedDepth, survey.DeadDepth));
        Assert.Equal((await With.SeeAsync(oldest))!.DueAt, survey.OldestDue);
        Assert.True(survey.Now > survey.OldestDue);
    }

    [Fact]
    public async Task It_lists_held_creations_apart_from_what_is_due()
    {
        var held = await With.HoldAsync(s_neighbours[0]);
        await With.BringToAsync(ConversionState.Held, s_neighbours[1]);

        var survey = await With.Ledger.SurveyAsync(With.Redis, 7, max: 10);

        Assert.Equal([held], survey.Held);
        Assert.Equal((2, 0), (survey.HeldDepth, survey.DueDepth));
        Assert.Empty(survey.Due);
    }

    [Fact]
    public async Task It_lists_no_more_than_it_is_asked_for()
    {
        foreach (var key in s_neighbours)
        {
            await With.PassTimeAsync((await With.BringToAsync(ConversionState.Due, key)).Id);
        }

        var survey = await With.Ledger.SurveyAsync(With.Redis, 7, max: 3);

        Assert.Equal((3, 7), (survey.Due.Count, survey.DueDepth));
    }

    [Fact]
    public async Task What_waited_when_the_clock_was_set_ahead_goes_on_waiting_and_what_came_since_does_not_wait_for_it()
    {
        var waiting = (await With.BringToAsync(ConversionState.Due, s_neighbours[0])).Id;
        var since = (await With.BringToAsync(ConversionState.Due, s_neighbours[1])).Id;
        var unproved = (await With.BringToAsync(ConversionState.Sent, s_neighbours[2])).Id;
        var now = await With.NowAsync();
        var latest = now - TimeSpan.FromDays(1);
        var keys = With.Keys.OfPartition(7);
        await With.Redis.SortedSetAddAsync(keys[2], waiting.Hash, (latest + LedgerUnderTest.Lease).ToUnixTimeMilliseconds());
        await With.Redis.SortedSetAddAsync(keys[3], unproved.Hash, (latest + LedgerUnderTest.Grace).ToUnixTimeMilliseconds());
        await With.PassTimeAsync(since);

        var survey = await With.Ledger.SurveyAsync(With.Redis, 7, max: 10, latest);

        Assert.Equal([since], survey.Due);
        Assert.Empty(survey.Unverified);
        Assert.Equal([waiting, since], (await With.Ledger.SurveyAsync(With.Redis, 7, max: 10)).Due);
    }

    [Theory]
    [InlineData(ConversionState.Claimed)]
    [InlineData(ConversionState.Due)]
    [InlineData(ConversionState.Ambiguous)]
    [InlineData(ConversionState.Sent)]
    [InlineData(ConversionState.Held)]
    internal async Task What_waited_when_the_clock_was_set_back_comes_after_its_wait_and_not_sooner(ConversionState state)
    {
        var (id, _) = await With.BringToAsync(state);
        var keys = With.Keys.Of(id);
        var index = keys[state switch { ConversionState.Claimed or ConversionState.Due => 2, ConversionState.Held => 5, _ => 3 }];

        // Who was claimed just now has no last attempt of its own.
        RedisValue[] dates = state == ConversionState.Claimed ? ["claimed_at"] : ["last_attempt", "claimed_at"];
        var (written, at) = ((double)await With.Redis.HashGetAsync(keys[0], dates[0]), (await With.Redis.SortedSetScoreAsync(index, id.Hash))!.Value);
        var jump = TimeSpan.FromDays(400).TotalMilliseconds;
        await With.Redis.SortedSetAddAsync(index, id.Hash, at + jump);
        await With.Redis.HashSetAsync(keys[0], [.. dates.Select(date => new HashEntry(date, written + jump))]);
        var before = await With.NowAsync();

        // By two replicas, each for itself.
        for (var replica = 0; replica < 2; replica++)
        {
            Assert.Null(await With.Ledger.ShortenWaitsAsync(With.Budget, id.Partition, before));
        }

        var after = await With.NowAsync();
        var comes = (await With.Redis.SortedSetScoreAsync(index, id.Hash))!.Value - (at - written);
        Assert.InRange(comes, before.ToUnixTimeMilliseconds(), after.ToUnixTimeMilliseconds());
        foreach (var date in await With.Redis.HashGetAsync(keys[0], dates))
        {
            Assert.InRange((long)date, before.ToUnixTimeMilliseconds(), after.ToUnixTimeMilliseconds());
        }
    }

    [Fact]
    public async Task An_empty_partition_has_nothing_to_do()
    {
        var survey = await With.Ledger.SurveyAsync(With.Redis, 3, max: 10);

        Assert.Empty(survey.Due);
        Assert.Empty(survey.Unverified);
        Assert.Equal((0, 0, 0, null), (survey.DueDepth, survey.UnverifiedDepth, survey.DeadDepth, survey.OldestDue));
        Assert.Empty(await With.Redis.Multiplexer.GetServers()[0].KeysAsync(pattern: $"{With.Keys.OfPartition(3)[2]}*").ToListAsync(Cancellation));
    }
}

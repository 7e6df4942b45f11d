using ProxyShim.Ledger;
using ProxyShim.Management.Admin;
using ProxyShim.Testing;
using ProxyShim.Tests.Background;
using ProxyShim.Tests.Creation;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Ledger.Model;
using Xunit;

namespace ProxyShim.Tests.Management;

[RedisSuite]
public class DeadLettersTests(TestRedis redis)
{
    // More than one look shows of a partition.
    private const int Many = 66;

    [Fact]
    public async Task One_that_dies_again_while_all_are_replayed_is_replayed_once()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        await using var replica = new CreationFlowHost(background);
        ConversionId[] letters = [await background.ReadyAsync(ConversionState.Dead, "one"), await background.ReadyAsync(ConversionState.Dead, "other")];
        var deaths = 0;
        replica.Losses = async () =>
        {
            // A worker that is quick, and an API that refuses as before; not for ever, so that the test has an end in any case.
            foreach (var id in letters.Where(_ => deaths < 10))
            {
                if (await background.Ledger.TakeAsync(background.Under.Budget, id, LeaseToken.New()) is (TakeOutcome.Taken, { } job))
                {
                    deaths++;
                    await background.Ledger.BuryAsync(background.Under.Budget, id, job.Token, 1, "refused");
                }
            }

            return Loss.None;
        };

        Assert.Equal(2, await new DeadLetters(replica.Redis, background.Ledger, background.Events).ReplayAllAsync("ops", TestContext.Current.CancellationToken));

        Assert.Equal(1, deaths);
    }

    [Theory]
    [InlineData("ConversionReplayed")]
    [InlineData("ConversionDiscarded")]
    public async Task What_a_person_decides_is_an_event_that_names_their_token_and_what_it_was_about(string name)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var id = await background.ReadyAsync(ConversionState.Dead);
        var letters = new DeadLetters(background.Redis, background.Ledger, background.Events);

        // What is no dead letter (any more) is no event.
        for (var time = 0; time < 2; time++)
        {
            await (name == "ConversionReplayed" ? letters.ReplayAsync(id, "ops") : (Task)letters.DiscardAsync(id, "ops"));
        }

        var told = Assert.Single(background.Log.Entries);
        Assert.Equal(
            (name, "ops", "refused", 1, "customer", "xid_1", "partner", "default", LedgerUnderTest.TraceId),
            (Text("Event"), Text("By"), Text("Reason"), told.GetProperty("Attempts").GetInt32(), Text("CustomerRef"), Text("Xid"), Text("PartnerKey"), Text("Caller"),
                Text("TraceId")));

        string? Text(string field) => told.GetProperty(field).GetString();
    }

    [Fact]
    public async Task Those_without_a_body_do_not_hide_the_others()
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        var partition = LedgerUnderTest.IdOf("customer").Partition;
        var keys = Enumerable.Range(0, int.MaxValue).Select(number => $"c-{number}").Where(key => LedgerUnderTest.IdOf(key).Partition == partition).Take(Many);
        foreach (var key in keys)
        {
            var (id, _) = await background.Under.BringToAsync(ConversionState.Dead, key);
            await background.Under.Redis.KeyDeleteAsync(background.Under.Keys.Of(id)[1]);
            await background.Under.Redis.SortedSetAddAsync(background.Under.Keys.Of(id)[4], id.Hash, 1);
        }

        var whole = await background.ReadyAsync(ConversionState.Dead);

        Assert.Equal(1, await new DeadLetters(background.Redis, background.Ledger, background.Events).ReplayAllAsync("ops", TestContext.Current.CancellationToken));
        Assert.Equal(ConversionState.Due, (await background.SeeAsync(whole)).State);
    }
}

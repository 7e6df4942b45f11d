using Microsoft.Extensions.Time.Testing;
using ProxyShim.Hosting;
using ProxyShim.Redis;
using ProxyShim.Rollout;
using ProxyShim.SwitchOver;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using StackExchange.Redis;
using Xunit;
using Unavailable = ProxyShim.Redis.RedisUnavailableException;

namespace ProxyShim.Tests.SwitchOver;

/// <summary>What counts on each replica, while Redis comes and goes.</summary>
[RedisSuite]
public sealed class RolloutControlTests(TestRedis redis)
{
    private static readonly RolloutPlan s_tenth = RolloutPlan.Usual with { Percent = 10 };

    [Fact]
    public async Task What_is_set_counts_on_every_replica_within_five_seconds()
    {
        await using var scope = await redis.OpenAsync();
        var (first, second) = (new Replica(scope), new Replica(scope));
        using var watch = new RolloutWatch(second.Control, second.Time);
        await watch.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.IsTrueAsync("it has looked", () => Task.FromResult(second.Control.IsKnown), cancellation: TestContext.Current.CancellationToken);

        await first.Control.ChangeAsync(s_tenth, "ann");
        second.Time.Advance(TimeSpan.FromSeconds(5) - second.Settings.Redis.Timeout);

        await Eventually.IsTrueAsync("it counts there too", () => Task.FromResult(second.State.Plan == s_tenth), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(("ann", "runtime"), (second.Control.Now.ChangedBy, second.Control.Now.Source));
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task It_wins_over_the_settings_until_it_is_taken_back()
    {
        await using var scope = await redis.OpenAsync();
        var replica = new Replica(scope);
        await replica.Control.ChangeAsync(s_tenth, "ann");

        replica.Control.TakeSettings(RolloutPlan.Usual with { Percent = 50 });
        Assert.Equal(10, replica.State.Plan.Percent);
        await replica.Control.ChangeAsync(null, "bob");

        Assert.Equal((50, "settings", "bob"), (replica.State.Plan.Percent, replica.Control.Now.Source, replica.Control.Now.ChangedBy));
    }

    [Fact]
    public async Task While_Redis_is_away_what_was_known_last_counts()
    {
        await using var scope = await redis.OpenAsync();
        var replica = new Replica(scope);
        await replica.Control.ChangeAsync(s_tenth, "ann");

        replica.IsAway = true;
        await replica.Control.LookAsync();
        Assert.Equal(s_tenth, replica.State.Plan);
        await Assert.ThrowsAsync<Unavailable>(async () => await replica.Control.ChangeAsync(RolloutPlan.Usual, "bob"));
        Assert.Equal(s_tenth, replica.State.Plan);
    }

    /// <summary>A replica that started then would convert everybody.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_Redis_has_forgotten_is_put_back(bool entirely)
    {
        await using var scope = await redis.OpenAsync();
        var replica = new Replica(scope);
        await replica.Control.ChangeAsync(RolloutPlan.Usual with { Percent = 90 }, "ann");
        var older = await scope.Database.HashGetAllAsync(replica.Key);
        await replica.Control.ChangeAsync(s_tenth, "ann");
        await scope.Database.KeyDeleteAsync(replica.Key);
        await scope.Database.HashSetAsync(replica.Key, entirely ? [new("other", 1)] : older);

        await replica.Control.LookAsync();
        var started = new Replica(scope);
        await started.Control.LookAsync();

        Assert.Equal((s_tenth, s_tenth), (replica.State.Plan, started.State.Plan));
    }

    [Fact]
    public async Task Of_two_who_change_it_at_once_the_later_one_counts_for_both()
    {
        await using var scope = await redis.OpenAsync();
        var (first, second) = (new Replica(scope), new Replica(scope));

        await Task.WhenAll(
            first.Control.ChangeAsync(s_tenth, "ann").AsTask(), second.Control.ChangeAsync(RolloutPlan.Usual with { Percent = 20 }, "bob").AsTask());
        await first.Control.LookAsync();
        await second.Control.LookAsync();

        Assert.Equal(first.Control.Now with { Settings = second.Control.Now.Settings }, second.Control.Now);
    }

    [Fact]
    public async Task A_replica_without_a_token_looks_only_where_others_convert()
    {
        await using var scope = await redis.OpenAsync();
        var (able, unable) = (new Replica(scope), new Replica(scope, ("ConversionApi:Token", null), ("Rollout:Mode", "Shadow")));

        await able.Control.ChangeAsync(s_tenth, "ann");
        await unable.Control.LookAsync();

        Assert.Equal(RolloutMode.Shadow, unable.State.Plan.Mode);
    }

    [Fact]
    public async Task What_cannot_be_read_changes_nothing()
    {
        await using var scope = await redis.OpenAsync();
        var replica = new Replica(scope);
        await scope.Database.HashSetAsync(replica.Key, [new("revision", 7), new("state", """{"mode":"Someday"}""")]);

        await replica.Control.LookAsync();

        Assert.Equal((RolloutPlan.Usual, true), (replica.State.Plan, replica.Control.IsKnown));
    }

    /// <summary>The plan stands in each replica's log and on its pages.</summary>
    [Theory]
    [InlineData("jane@acme.com")]
    [InlineData("jane%40acme.com")]
    [InlineData("amFuZUBhY21lLmNvbQ")]
    [InlineData("amFuZUBhY21lLmNvbQ%3D%3D")]
    public async Task A_partner_who_is_an_address_is_named_by_a_pseudonym_where_a_change_is_told(string address)
    {
        await using var scope = await redis.OpenAsync();
        var (first, second) = (new Replica(scope), new Replica(scope));
        await first.Control.ChangeAsync(RolloutPlan.Usual with { Partners = ["lovelace", address] }, "ann");
        await second.Control.LookAsync();

        await first.Control.ChangeAsync(null, "ann");

        string?[] told = [PlansOf(first)[0].To, PlansOf(first)[1].From, PlansOf(second)[0].To];
        Assert.All(told, plan => Assert.Matches("^Live 100 % partners=lovelace,[0-9a-f]{32}$", plan));
        Assert.All([.. first.Log.Lines, .. second.Log.Lines], line => Assert.DoesNotContain(address, line, StringComparison.Ordinal));
    }

    /// <summary>Half of an address does not look like one any more.</summary>
    [Fact]
    public async Task No_address_is_told_wherever_the_log_cuts_a_plan()
    {
        await using var scope = await redis.OpenAsync();
        var replica = new Replica(scope);
        foreach (var length in Enumerable.Range(180, 60))
        {
            replica.Control.TakeSettings(RolloutPlan.Usual with { Partners = [new('x', 200), new('x', 60), new('x', length), "jane.doe@acme.com"] });
        }

        Assert.Contains(PlansOf(replica), plan => plan.To!.Length == 512);
        Assert.All(PlansOf(replica), plan => Assert.DoesNotContain("j", plan.From + plan.To, StringComparison.Ordinal));
    }

    private static IReadOnlyList<(string? From, string? To)> PlansOf(Replica replica) =>
        [.. replica.Log.Entries.Select(entry => (entry.GetProperty("From").GetString(), entry.GetProperty("To").GetString()))];

    private sealed class Replica
    {
        public Replica(RedisScope scope, params (string Key, string? Value)[] settings)
        {
            Settings = Given.Settings([("Redis:KeyPrefix", scope.KeyPrefix), .. settings]);
            var gate = new RedisGate(Settings.Redis, Time, () => Task.FromResult(AwayRedis.Over(scope.Connection, () => IsAway)));
            State = new RolloutState(Settings.Rollout);
            Log = new CapturedLog(Time);
            Control = new RolloutControl(Settings.Rollout, Settings.RolloutBounds, new RolloutStore(Settings.Ledger), gate, State, Log.Events);
        }

        public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

        public ShimSettings Settings { get; }

        public RolloutState State { get; }

        public CapturedLog Log { get; }

        public RolloutControl Control { get; }

        public bool IsAway { get; set; }

        public RedisKey Key => Settings.Ledger.Keys.Rollout;
    }
}

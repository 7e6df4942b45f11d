using ProxyShim.Redis;
using ProxyShim.Rollout;
using ProxyShim.Telemetry;

namespace ProxyShim.SwitchOver;

/// <summary>
/// Decides which plan counts: what a person has set for all replicas, else this replica's settings. While Redis is away, and where it has forgotten, what was
/// known last goes on to count.
/// </summary>
internal sealed class RolloutControl(
    RolloutPlan settings, RolloutBounds bounds, RolloutStore store, RedisGate redis, RolloutState state, EventLog log)
{
    // Two people at once; one is later.
    private const int MostTries = 5;

    private readonly Lock _gate = new();
    private RolloutPlan _settings = settings;
    private SharedRollout? _shared;
    private volatile bool _isKnown;

    /// <summary>Whether Redis has told what is set for all. Before that a replica that has just started might convert customers that no operator meant to be converted.</summary>
    public bool IsKnown => _isKnown;

    public RolloutBounds Bounds => bounds;

    public RolloutNow Now
    {
        get
        {
            lock (_gate)
            {
                return new RolloutNow(state.Plan, _settings, _shared?.Plan is not null, _shared?.ChangedAt, _shared?.ChangedBy);
            }
        }
    }

    /// <summary>Looks what is set for all; nothing changes where Redis does not answer.</summary>
    public async Task LookAsync()
    {
        try
        {
            await LearnAsync(redis.NewBudget());
        }
        catch (RedisUnavailableException)
        {
            // The next look is near.
        }
    }

    /// <exception cref="RedisUnavailableException">Redis did not answer.</exception>
    public async ValueTask LearnAsync(RedisBudget budget)
    {
        try
        {
            var found = await budget.RunAsync(static (database, store) => store.ReadAsync(database), store);
            if (Take(found, isFollowed: true) is { } forgotten)
            {
                // Redis came back with an older state, or none: a replica that starts now would follow that.
                await redis.TryRunAsync(static (database, call) => call.store.ChangeAsync(database, call.forgotten), (store, forgotten));
            }
        }
        catch (FormatException)
        {
            // A newer version has written it.
            _isKnown = true;
        }
    }

    /// <summary>Sets it for all replicas; they follow within seconds.</summary>
    /// <param name="plan">Null takes it back: the settings count again.</param>
    /// <param name="by">The name of the management token.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer: it may have been set.</exception>
    public async ValueTask ChangeAsync(RolloutPlan? plan, string by)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            await LearnAsync(redis.NewBudget());
            var next = new SharedRollout(RevisionNow() + 1, plan, redis.Time.GetUtcNow(), by);
            if (await redis.NewBudget().RunAsync(static (database, call) => call.store.ChangeAsync(database, call.next), (store, next)))
            {
                Take(next, isFollowed: false);
                return;
            }
        }

        throw new RedisUnavailableException("contended", null);
    }

    /// <summary>This replica's settings say so now.</summary>
    public void TakeSettings(RolloutPlan plan)
    {
        lock (_gate)
        {
            _settings = plan;
            Apply(isFollowed: false, wasShared: _shared?.Plan is not null);
        }
    }

    private long RevisionNow()
    {
        lock (_gate)
        {
            return _shared?.Revision ?? 0;
        }
    }

    /// <returns>What is known here and newer than what was found; null for nothing.</returns>
    private SharedRollout? Take(SharedRollout? found, bool isFollowed)
    {
        lock (_gate)
        {
            var known = _shared?.Revision ?? 0;
            if ((found?.Revision ?? 0) < known)
            {
                return _shared;
            }

            if (found is not null && found.Revision > known)
            {
                var wasShared = _shared?.Plan is not null;
                _shared = found;
                Apply(isFollowed, wasShared);
            }

            _isKnown = true;
            return null;
        }
    }

    private void Apply(bool isFollowed, bool wasShared)
    {
        var (plan, isShared) = (_shared?.Plan ?? _settings, _shared?.Plan is not null);
        if (plan.Mode == RolloutMode.Live && !bounds.HasToken)
        {
            // Another replica's: here nothing could be sent.
            plan = plan with { Mode = RolloutMode.Shadow };
        }

        var former = state.Plan;
        if (former == plan && wasShared == isShared)
        {
            return;
        }

        state.Plan = plan;
        var by = isShared || wasShared ? _shared?.ChangedBy : null;
        LogEvents.RolloutChanged(log, by, isShared ? RolloutNow.SourceRuntime : RolloutNow.SourceSettings, former, plan, isFollowed);
    }
}

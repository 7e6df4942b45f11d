namespace ProxyShim.Rollout;

/// <summary>The plan that counts now. It may change between two requests, never within one: each takes it once.</summary>
internal sealed class RolloutState(RolloutPlan plan)
{
    private volatile RolloutPlan _plan = plan;

    public RolloutPlan Plan
    {
        get => _plan;
        set => _plan = value;
    }
}

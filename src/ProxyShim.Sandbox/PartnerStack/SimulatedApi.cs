using ProxyShim.Sandbox.PartnerStack.Http;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>
/// One of the two simulated APIs: where it listens and which faults it has. A call gets the fault at the head of the queue; when the queue is
/// empty what the rule says; when there is no rule, or the rule says null, the standing fault. All members are safe for concurrent use.
/// </summary>
public sealed class SimulatedApi
{
    private readonly FaultPlan _plan;
    private readonly FaultPlayer _player;
    private readonly SimulatedServer _server;

    internal SimulatedApi(ApiKind kind, SimulatedServer server, FaultPlan plan, FaultPlayer player)
    {
        Kind = kind;
        _server = server;
        _plan = plan;
        _player = player;
    }

    /// <summary>Which one it is.</summary>
    public ApiKind Kind { get; }

    /// <summary>The base address, such as <c>http://127.0.0.1:9080/</c>; it stays the same while connections are refused.</summary>
    public Uri Address => _server.Address;

    /// <summary>
    /// Every call meets this fault from now on, until it is replaced; null = none. <see cref="Fault.Refuse"/> closes the port before this returns,
    /// and anything else opens it again before this returns. Calls in progress go on with what they have, except that a refusal resets them.
    /// </summary>
    public void SetFault(Fault? fault)
    {
        if (fault?.Kind is FaultKind.Refuse)
        {
            _server.Refuse();
        }
        else
        {
            _plan.Always = fault;
            _server.Accept();
        }
    }

    /// <summary>What the next calls meet, in words: the queue, then a rule, then the standing fault. Empty when all is well.</summary>
    public IReadOnlyList<string> Faults =>
    [
        .. _server.Refuses ? [$"all: {Fault.Refuse}"] : _plan.Queued.Select(static fault => $"once: {fault}"),
        .. _plan.Rule is null ? [] : (string[])["a rule that looks at each call"],
        .. _plan.Always is { } always ? (string[])[$"all: {always}"] : [],
    ];

    /// <summary>One fault for each of the next calls; then as before.</summary>
    /// <exception cref="ArgumentException"><see cref="Fault.Refuse"/> is among them.</exception>
    public void EnqueueFaults(params ReadOnlySpan<Fault> faults)
    {
        foreach (var fault in faults)
        {
            _plan.Enqueue(Countable(fault));
        }
    }

    /// <summary>
    /// Chooses the fault of each call from the whole call, body included; null from the rule = the standing fault. A null rule takes it away.
    /// The rule is called by many threads at once. <see cref="Fault.Refuse"/> from a rule breaks the call (500).
    /// </summary>
    public void SetFaultRule(Func<RecordedCall, Fault?>? rule) => _plan.Rule = rule;

    /// <summary>No fault of any kind any more: queue, rule and standing fault are gone, the port is open, hung calls are released.</summary>
    public void ClearFaults()
    {
        _plan.Clear();
        _server.Accept();
        ReleaseHung();
    }

    /// <summary>Lets go of the calls that hang now (<see cref="PartnerStack.Fault.Hang"/>).</summary>
    public void ReleaseHung() => _player.ReleaseHung();

    private static Fault Countable(Fault fault) => fault.Kind is FaultKind.Refuse
        ? throw new ArgumentException("A refused call is never seen, so it cannot be counted; use SetFault.", nameof(fault))
        : fault;
}

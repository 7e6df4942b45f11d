using System.Collections.Concurrent;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>Which fault the next call gets: one that was enqueued, else the rule's, else the standing one. Safe for concurrent use.</summary>
internal sealed class FaultPlan
{
    private readonly ConcurrentQueue<Fault> _once = new();
    private volatile Fault? _always;
    private volatile Func<RecordedCall, Fault?>? _rule;

    public Fault? Always { get => _always; set => _always = value; }

    public Func<RecordedCall, Fault?>? Rule { get => _rule; set => _rule = value; }

    /// <summary>Those that are left in the queue, the next one first.</summary>
    public IReadOnlyList<Fault> Queued => [.. _once];

    public void Enqueue(Fault fault) => _once.Enqueue(fault);

    public void Clear()
    {
        _once.Clear();
        _rule = null;
        _always = null;
    }

    /// <summary>The fault known from the headers alone, and the rule that has to see the body before it can decide (null = decided).</summary>
    public (Fault? Fault, Func<RecordedCall, Fault?>? Rule) Next()
    {
        if (_once.TryDequeue(out var once))
        {
            return (once, null);
        }

        return (_always, _rule);
    }
}

using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Settlement;

namespace ProxyShim.Tests.Ledger.Model;

/// <summary>A process at work on at most one customer: what it has in its memory, and nothing else.</summary>
internal sealed class Actor
{
    /// <summary>Whom it is busy with.</summary>
    public Customer? Customer { get; set; }

    /// <summary>The lease under which it may send.</summary>
    public Lease? Lease { get; set; }

    /// <summary><see cref="Model.Customer.Age"/> when the lease began.</summary>
    public int Age { get; set; }

    /// <summary>How its last attempt ended.</summary>
    public ConversionOutcome? Outcome { get; set; }

    /// <summary>The read-back that it has taken.</summary>
    public ReadBackJob? Review { get; set; }

    /// <summary>What the read-back found.</summary>
    public ReadBackResult? Found { get; set; }

    /// <summary>The lease under which it has just had a creation held, until its caller is told.</summary>
    public LeaseToken? Holding { get; set; }

    /// <summary>The held creation that it has taken.</summary>
    public LedgerJob? Held { get; set; }

    /// <summary>It has told the ledger that it hands the original request over.</summary>
    public bool Begun { get; set; }

    /// <summary>How the hand-over ended.</summary>
    public AttemptResult? Handed { get; set; }

    /// <summary>What it could not tell the ledger yet.</summary>
    public Queue<(Customer Customer, bool IsSent, Func<RedisBudget, Task> Report)> Backlog { get; } = new();

    public bool IsIdle => Customer is null;

    public void Rest()
    {
        (Customer, Lease, Outcome, Review, Found) = (null, null, null, null, null);
        (Holding, Held, Begun, Handed) = (null, null, false, null);
    }

    public void Crash()
    {
        Rest();
        foreach (var (customer, _, _) in Backlog.Where(entry => entry.IsSent))
        {
            customer.CountUncertain = true;
        }

        Backlog.Clear();
    }
}

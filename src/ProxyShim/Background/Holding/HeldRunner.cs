using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Held;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Background.Holding;

/// <summary>Looks after customers whose click was not there: looks for it again, and gives the original request to the Customer API where none comes.</summary>
internal sealed class HeldRunner(
    RedisGate redis,
    JobTaking taking,
    HeldCreations held,
    ClickStore clicks,
    HandOver handOver,
    ConversionEvents events,
    HoldingSettings settings)
{
    // Gentle on an API whose rate limit is not known.
    private const int Concurrency = 4;

    // A click that lost the race is milliseconds late; one that comes after a minute waits no longer than as much again.
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(1);

    /// <summary>What has been taken is brought to its end even while the shim stops.</summary>
    /// <returns>How many were taken.</returns>
    public Task<int> RunAsync(IReadOnlyList<ConversionId> due, CancellationToken stoppingToken) =>
        JobLoop.RunAsync(due, Concurrency, async id => !stoppingToken.IsCancellationRequested && await taking.TryRunAsync(
            id, "hold", (budget, token) => held.TakeAsync(budget, id, token), RunAsync));

    private async ValueTask RunAsync(TakenJob taken)
    {
        var mine = new HeldJob(taken.Lease, taken.Job, taken.Stored, taken.Stored.Original ?? throw new FormatException("A held creation has no original request."));
        await (mine.Job.MaybeLanded ? handOver.ReadBackAsync(mine) : LookAsync(mine));
    }

    private async ValueTask LookAsync(HeldJob mine)
    {
        var request = mine.Stored.Request;
        var lookup = await clicks.FindAsync(redis.NewBudget(), RedisOperation.LookUp, CustomerIdentity.Of(request));
        if (lookup.Click is { } click)
        {
            var other = PartnerKeySpelling.OtherThan(request.PartnerKey, click);
            await (other is null || settings.ClickPartnerCounts
                ? ConvertAsync(mine, request with { PartnerKey = other ?? request.PartnerKey }, click)
                : handOver.RunAsync(mine, Reasons.PartnerMismatch));
        }
        else if (mine.IsOver)
        {
            await handOver.RunAsync(mine, lookup.Malformed ? Reasons.MalformedClick : Reasons.NoClick);
        }
        else
        {
            await held.RescheduleAsync(redis.NewBudget(), mine.Lease.Id, mine.Lease.Token, WaitOf(mine.Job), mayHaveLanded: false, "");
        }
    }

    private async ValueTask ConvertAsync(HeldJob mine, CustomerRequest request, Click click)
    {
        var (body, _) = StoredConversion.Compose(request, click, TraceContext.Current);
        var lease = mine.Lease with { Xid = click.Xid.Value, PartnerKey = request.PartnerKey };
        var found = await held.ClickFoundAsync(
            redis.NewBudget(), lease.Id, lease.Token, body, lease.Xid, events.PartnerOf(request.PartnerKey), events.SubIdsOf(click));
        if (found == FencedWrite.Applied)
        {
            events.ClickFound(lease);
        }
    }

    // A quarter of what it has waited already: often at first, then less often; and at the very end once more.
    private static TimeSpan WaitOf(LedgerJob job)
    {
        var wait = job.Age / 4;
        wait = wait < s_shortestWait ? s_shortestWait : wait > s_longestWait ? s_longestWait : wait;
        var left = job.TriedSince - job.Now;
        return wait < left ? wait : left;
    }
}

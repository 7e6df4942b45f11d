using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Held;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Background.Holding;

/// <summary>Looks after customers whose click was not there: looks for it again, and gives the original request to the Customer API where none comes.</summary>
internal sealed class HeldRunner(
    RedisGate redis,
    ConversionLedger ledger,
    RedisClocks clocks,
    HeldCreations held,
    ClickStore clicks,
    HandOver handOver,
    ConversionEvents events,
    HoldingSettings settings,
    TimeProvider time)
{
    // Gentle on an API whose rate limit nobody knows.
    private const int Concurrency = 4;

    // A click that lost the race is milliseconds late; one that comes after a minute waits no longer than as much again.
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(1);

    /// <summary>What has been taken is brought to its end even while the shim stops.</summary>
    /// <returns>How many were taken.</returns>
    public Task<int> RunAsync(IReadOnlyList<ConversionId> due, CancellationToken stoppingToken) =>
        JobLoop.RunAsync(due, Concurrency, async id => !stoppingToken.IsCancellationRequested && await RunAsync(id));

    private async ValueTask<bool> RunAsync(ConversionId id)
    {
        var since = Moment.Now(time);
        var token = LeaseToken.New();
        try
        {
            var (outcome, found) = await held.SeekAsync(redis.NewBudget(), id, token);
            if (outcome == SeekOutcome.Lost)
            {
                events.Lost();
            }

            if (found is null)
            {
                return outcome != SeekOutcome.Gone;
            }

            var job = clocks.Correct(found);
            var stored = StoredConversion.Read(job.Body!.Value);
            var request = stored.Request;
            var lease = new Lease(
                id, token, events.NameOf(request.CustomerKey, id), job.Xid, request.PartnerKey, job.Caller, job.TraceId, since, Inline: false, job.Attempts,
                job.MaybeLanded, job.Age, job.TriedFor);
            using var span = Spans.Job("hold", lease.TraceId, stored.Span, since.Utc);
            var mine = new HeldJob(lease, job, stored, stored.Original ?? throw new FormatException("A held creation has no original request."));
            await (job.MaybeLanded ? handOver.ReadBackAsync(mine) : LookAsync(mine));
            return true;
        }
        catch (FormatException)
        {
            if (await redis.TryRunAsync(async budget => await ledger.BuryAsync(budget, id, token, 0, Reasons.BodyLost)))
            {
                events.Lost();
            }

            return true;
        }
        catch (RedisUnavailableException)
        {
            // Not taken, or taken and not settled: its lease runs out.
            return false;
        }
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
            await held.WaitAsync(redis.NewBudget(), mine.Lease.Id, mine.Lease.Token, WaitOf(mine.Job), mayHaveLanded: false, "");
        }
    }

    private async ValueTask ConvertAsync(HeldJob mine, CustomerRequest request, Click click)
    {
        var (body, _) = StoredConversion.Compose(request, click, TraceContext.Current);
        var lease = mine.Lease with { Xid = click.Xid.Value, PartnerKey = request.PartnerKey };
        var found = await held.FoundAsync(
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

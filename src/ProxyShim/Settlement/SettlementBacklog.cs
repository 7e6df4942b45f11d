using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Primitives;
using ProxyShim.Redis;

namespace ProxyShim.Settlement;

/// <summary>Writes down, as soon as Redis answers again, what it could not be told when it happened.</summary>
/// <remarks>
/// Of what was sent or given away nothing is lost without it: the lease runs out, and what may have been sent is read back. It spares that detour, and, where there is
/// no key pair to read back with, the second attempt; and a call that may have been kept the second effect. A deletion is known nowhere else: what dies with this process is DESIGN.md's, "Fallback".
/// </remarks>
internal sealed class SettlementBacklog(RedisGate redis, Settler settler, ConversionLedger ledger, KeptCalls kept, TimeProvider time) : BackgroundService
{
    // Some hours of a busy shim's conversions, some megabytes.
    private const int Capacity = 20_000;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Channel<Report> _reports = Channel.CreateBounded<Report>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, static dropped => dropped.Forget());

    // Those of the reports that say that PartnerStack took a customer.
    private readonly ConcurrentDictionary<ConversionId, Report> _sent = new();

    // Those that say that a customer was deleted.
    private readonly ConcurrentDictionary<ConversionId, Report> _erased = new();

    // Whom PartnerStack took just now: Redis is being told.
    private readonly ConcurrentDictionary<ConversionId, (Lease Lease, int Attempts)> _telling = new();

    // Taken from the channel and not written yet.
    private Report? _pending;

    /// <summary>PartnerStack took it.</summary>
    public void Sent(Lease lease, int attempts)
    {
        var report = new Report(async budget => await settler.SentAsync(budget, lease, attempts), _sent, lease.Id);
        _sent[lease.Id] = report;
        _reports.Writer.TryWrite(report);
    }

    /// <summary>PartnerStack took it just now: Redis is told at once, and as soon as it answers again where it does not. Until then it is known here.</summary>
    [AsyncMethodBuilder(typeof(PooledAsync))]
    public async ValueTask ReportSentAsync(RedisBudget budget, Lease lease, int attempts)
    {
        _telling[lease.Id] = (lease, attempts);
        try
        {
            if (await settler.SentByHolderAsync(budget, lease, attempts) == SentOutcome.Unknown)
            {
                await settler.SentAsync(budget, lease, attempts);
            }
        }
        catch (RedisUnavailableException)
        {
            Sent(lease, attempts);
        }
        finally
        {
            _telling.TryRemove(lease.Id, out _);
        }
    }

    /// <summary>Whether this replica has sent a customer of whom Redis has not been told yet.</summary>
    public bool HasSent(ConversionId id) => _sent.ContainsKey(id) || _telling.ContainsKey(id);

    /// <summary>
    /// Tells Redis at once that PartnerStack took a customer, where that is known here and it has not heard: the next master may have forgotten the claim,
    /// and a caller who comes again must not be faster than the report.
    /// </summary>
    /// <returns>False when there is nothing to tell.</returns>
    /// <exception cref="RedisUnavailableException">Redis did not answer within what remains of the budget.</exception>
    public async ValueTask<bool> TryFlushSentAsync(ConversionId id, RedisBudget budget)
    {
        if (_telling.TryGetValue(id, out var told))
        {
            await settler.SentAsync(budget, told.Lease, told.Attempts);
            return true;
        }

        return await TryFlushAsync(_sent, id, budget);
    }

    /// <summary>
    /// Tells Redis at once that a customer was deleted, where that is known here and it has not heard: its entry must not answer for whoever has gone, nor keep a call that would go
    /// with it.
    /// </summary>
    /// <returns>False when there is nothing to tell.</returns>
    /// <exception cref="RedisUnavailableException">Redis did not answer within what remains of the budget.</exception>
    public ValueTask<bool> TryFlushErasedAsync(ConversionId id, RedisBudget budget) => TryFlushAsync(_erased, id, budget);

    /// <summary>The Customer API got the request: it must not be sent as well.</summary>
    public void Fallback(Lease lease, int attempts, string reason) =>
        Add(async budget => await ledger.FallbackAsync(budget, lease.Id, lease.Token, attempts, reason));

    /// <summary>The caller was told to come again, and is held all the same: the Customer API has not got the request, so its click may be looked for at once.</summary>
    public void NotForwarded(Lease lease) => Add(async budget => await ledger.AcknowledgeAsync(budget, lease.Id, lease.Token));

    /// <summary>The caller was told that it was refused: as if it had never been claimed.</summary>
    public void Release(Lease lease) => Add(async budget => await ledger.ReleaseAsync(budget, lease.Id, lease.Token));

    /// <summary>A call may have been kept, and its caller was given another answer: it must not be played as well.</summary>
    /// <param name="notAfter">When Redis refuses to keep it, by Redis's clock.</param>
    public void Withdraw(ConversionId id, CallNonce nonce, DateTimeOffset notAfter)
    {
        // By both clocks, so that Redis's, set back, does not keep this going.
        var asked = time.GetTimestamp();
        WithdrawUntilRefused();

        void WithdrawUntilRefused() => Add(async budget =>
        {
            if (!await kept.WithdrawAsync(budget, id, nonce, notAfter) && time.GetElapsedTime(asked) < redis.Settings.Timeout)
            {
                WithdrawUntilRefused();
            }
        });
    }

    /// <summary>The customer was deleted just now.</summary>
    public void Erase(ConversionId id)
    {
        // By the time that Redis hears of it the legacy app may have created the customer anew.
        var deleted = Moment.Now(time);
        var report = new Report(async budget => await ledger.EraseAsync(budget, id, deleted.Elapsed(time)), _erased, id);
        _erased[id] = report;
        _reports.Writer.TryWrite(report);
    }

    /// <summary>What is reported while the shim drains is still heard: this stops after the listener, and tells Redis what it can.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        while (!cancellationToken.IsCancellationRequested && TryNext(out var report) && await TryWriteAsync(report))
        {
            Done(report);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (_pending is not null || await _reports.Reader.WaitToReadAsync(stoppingToken))
        {
            if (TryNext(out var report) && await TryWriteAsync(report))
            {
                Done(report);
                continue;
            }

            await Task.Delay(s_pause, time, stoppingToken);
        }
    }

    private static async ValueTask<bool> TryFlushAsync(ConcurrentDictionary<ConversionId, Report> index, ConversionId id, RedisBudget budget)
    {
        if (!index.TryGetValue(id, out var report))
        {
            return false;
        }

        await report.WriteAsync(budget);
        report.Forget();
        return true;
    }

    private void Add(Func<RedisBudget, ValueTask> write) => _reports.Writer.TryWrite(new Report(write));

    // Read, not peeked at: a full channel drops its oldest, and that must not be one that is being written.
    private bool TryNext([NotNullWhen(true)] out Report? report)
    {
        if (_pending is null && _reports.Reader.TryRead(out var next))
        {
            _pending = next;
        }

        report = _pending;
        return report is not null;
    }

    private ValueTask<bool> TryWriteAsync(Report report) => redis.TryRunAsync(report.WriteAsync);

    private void Done(Report report)
    {
        report.Forget();
        _pending = null;
    }

    /// <param name="index">Where it can be found by its conversion as long as Redis has not been told.</param>
    private sealed class Report(Func<RedisBudget, ValueTask> write, ConcurrentDictionary<ConversionId, Report>? index = null, ConversionId id = default)
    {
        public ValueTask WriteAsync(RedisBudget budget) => write(budget);

        /// <summary>Leaves the index, unless a later report of the same conversion has taken its place.</summary>
        public void Forget() => index?.TryRemove(KeyValuePair.Create(id, this));
    }
}

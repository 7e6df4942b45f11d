using ProxyShim.Conversions;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Settlement;

/// <summary>Tells the log, the metrics and the health what becomes of conversions, in the ledger's own terms.</summary>
internal sealed class ConversionEvents(
    EventLog log, ShimMetrics metrics, RecentPartners partners, AlertEvents alerts, Degradations degradations, CallWatch watch, CustomerRef customerRef,
    RecentNames names, TimeProvider time)
{
    /// <summary>Conversions in a row that are refused for good: one may have a bad click id, so many have something in common.</summary>
    public const int RefusedLimit = 5;

    private readonly Streak _refused = new(RefusedLimit);

    /// <summary>What the log calls a customer.</summary>
    public string? NameOf(CustomerKey customerKey, ConversionId id)
    {
        var name = customerRef.Of(customerKey);
        if (name is not null)
        {
            names.Note(name, id);
        }

        return name;
    }

    /// <summary>What the log, and the ledger for good, call a partner.</summary>
    public string PartnerOf(string key) => customerRef.OfPartner(key);

    /// <summary>What they call a click's subIDs; null for none.</summary>
    public string? SubIdsOf(Click click) => customerRef.OfSubIds(click.SubIds);

    /// <summary>PartnerStack took it; called once per conversion.</summary>
    public void Sent(Lease lease, int attempts)
    {
        metrics.Converted(ConversionStage.Sent);
        partners.Add(lease.PartnerKey, PartnerEvent.Conversion);
        LogEvents.ConversionSent(log, Logged(lease), lease.Inline, lease.Attempts + attempts, Age(lease), lease.SubIds, lease.ClickAge, lease.JoinedSubIds);
    }

    /// <summary>Given up.</summary>
    /// <param name="outcome">How the last attempt ended; null when it was a read-back that decided.</param>
    public void Dead(Lease lease, ConversionOutcome? outcome, string reason)
    {
        metrics.Converted(ConversionStage.Dead);
        LogEvents.ConversionDead(
            log, Logged(lease), reason, lease.Attempts + (outcome?.Attempts ?? 0), outcome?.Answer.Status, outcome?.Answer.Error, Age(lease));
    }

    /// <summary>A held one is given up: the Customer API did not take it, or that is not known.</summary>
    public void Dead(Lease lease, string reason, int? status)
    {
        metrics.Converted(ConversionStage.Dead);
        LogEvents.ConversionDead(log, Logged(lease), reason, lease.Attempts, status, null, Age(lease));
    }

    /// <summary>The click of a held one has come: it is sent now.</summary>
    public void ClickFound(Lease lease)
    {
        partners.Add(lease.PartnerKey, PartnerEvent.Click);
        HoldEnded(lease, HoldEnd.ClickFound, null, lease.Attempts, null);
    }

    /// <summary>No click has come, or none that counts: the Customer API has the original request.</summary>
    /// <param name="attempts">Hand-overs, this one included.</param>
    /// <param name="status">What it answered, or what a read-back was answered.</param>
    public void HandedOver(Lease lease, string reason, int attempts, int? status) => HoldEnded(lease, HoldEnd.HandedOver, reason, attempts, status);

    /// <summary>Given up because its body is gone; whose it was can no longer be told.</summary>
    public void Lost()
    {
        metrics.Converted(ConversionStage.Dead);
        LogEvents.ConversionDead(log, default, Reasons.BodyLost, 0, null, null, TimeSpan.Zero);
    }

    /// <summary>A person has a dead letter delivered after all.</summary>
    /// <param name="by">The name of their token.</param>
    public void Replayed(DeadLetter letter, string by) =>
        LogEvents.ConversionReplayed(log, Logged(letter), by, letter.Details?.Error, letter.Details?.Attempts ?? 0, Age(letter));

    /// <summary>A person has given a dead letter up for good.</summary>
    /// <param name="by">The name of their token.</param>
    public void Discarded(DeadLetter letter, string by) =>
        LogEvents.ConversionDiscarded(log, Logged(letter), by, letter.Details?.Error, letter.Details?.Attempts ?? 0, Age(letter));

    /// <summary>A read-back has proved it.</summary>
    public void Verified(ReadBackJob review, Lease lease, string? reason)
    {
        metrics.Converted(ConversionStage.Verified);
        partners.Add(lease.PartnerKey, PartnerEvent.Verified);
        LogEvents.ConversionVerified(
            log, Logged(lease), reason, lease.Attempts, review.ReadBacks, Age(lease), review.Job.Now - review.LastAttempt, lease.SubIds);
    }

    /// <summary>A read-back has proved that it never landed; it is sent again at once.</summary>
    public void Phantom(ReadBackJob review, Lease lease)
    {
        metrics.Converted(ConversionStage.Phantom);
        LogEvents.ConversionPhantom(log, Logged(lease), lease.Attempts, review.Resends, Age(lease), review.Job.Now - review.LastAttempt);
    }

    /// <summary>The Customer API refused a key pair: the vendor's at a read-back, so that nothing can be proved until it is mended, or a caller's.</summary>
    /// <param name="whose">A caller's, and of which calls; null for the vendor's.</param>
    public void KeyPairRefused(Alert alert, string? whose = null) => Alert(HealthComponent.KeyPair, alert, whose);

    /// <summary>The Customer API takes every pair that the shim presents.</summary>
    public void KeyPairAccepted() => degradations.Report(HealthComponent.KeyPair, null);

    /// <summary>A read-back found a customer of the other environment. Said once: it is true of all of them.</summary>
    public void TestMismatch(bool test) => Alert(HealthComponent.Environment, test ? Telemetry.Alert.TestInLive : Telemetry.Alert.LiveInTest);

    public void BrakeEngaged() => Alert(HealthComponent.ReadBack, Telemetry.Alert.ReadBackBrakeEngaged);

    public void BrakeReleased()
    {
        degradations.Report(HealthComponent.ReadBack, null);
        alerts.Raise(Telemetry.Alert.ReadBackBrakeReleased);
    }

    /// <summary>Read-backs get answers, again and again, that the Customer API would not give.</summary>
    public void ReadBacksStrange(int status) => degradations.Report(HealthComponent.ReadBack, "strange", OfStatus(status));

    /// <summary>The Customer API answers them after all.</summary>
    /// <param name="engaged">Whether it finds no customer.</param>
    public void ReadBacksKnown(bool engaged) => degradations.Report(HealthComponent.ReadBack, engaged ? Telemetry.Alert.ReadBackBrakeEngaged.Detail : null);

    /// <summary>An observer that is told of each attempt under a lease.</summary>
    public IAttemptObserver Observe(Lease lease) => new AttemptEvents(this, lease);

    private void Attempted(Lease lease, int attempt, ConversionAnswer answer, TimeSpan elapsed)
    {
        var result = answer.Meaning.Name();
        metrics.Attempted(result, elapsed);
        LogEvents.DeliveryAttempted(log, Logged(lease), lease.Inline, lease.Attempts + attempt, result, answer.Status, answer.Error, elapsed, Age(lease));
        switch (answer.Meaning)
        {
            case AttemptResult.Sent:
                _refused.End();
                degradations.Report(HealthComponent.Conversions, null);
                degradations.Report(HealthComponent.ConversionApiToken, null);
                break;
            case AttemptResult.Refused when _refused.Add():
                degradations.Report(HealthComponent.Conversions, "all_refused", OfStatus(answer.Status!.Value));
                break;
            case AttemptResult.Misconfigured:
                Alert(HealthComponent.ConversionApiToken, Telemetry.Alert.OfConversionApi(answer.Status!.Value));
                break;
        }
    }

    private void HoldEnded(Lease lease, string end, string? reason, int attempts, int? status)
    {
        var hit = ClickHit.OfHold(end, reason);
        metrics.HoldEnded(end);
        metrics.LookedUp(hit);
        watch.HoldEnded(hit, reason);
        LogEvents.HoldEnded(log, Logged(lease), end, reason, attempts, status, Age(lease));
    }

    private static string OfStatus(int status) => $"HTTP {status}";

    // Raised once per incident, not per conversion.
    private void Alert(HealthComponent part, Alert alert, string? detail = null)
    {
        if (degradations.Report(part, alert.Detail, detail))
        {
            alerts.Raise(alert);
        }
    }

    private static LoggedConversion Logged(Lease lease) =>
        new(lease.CustomerRef, lease.Xid.Length == 0 ? null : lease.Xid, lease.PartnerKey, lease.Caller, lease.TraceId);

    private LoggedConversion Logged(DeadLetter letter) => new(
        letter.Stored is { } stored ? customerRef.Of(stored.Request.CustomerKey) : null,
        letter.Details?.Xid is { Length: > 0 } xid ? xid : null, letter.Stored?.Request.PartnerKey, letter.Details?.Caller, letter.Details?.TraceId);

    // By this process's clock and Redis's: good to a second or so.
    private TimeSpan Age(DeadLetter letter) =>
        letter.Details is { } details && time.GetUtcNow() - details.ClaimedAt is { Ticks: > 0 } age ? age : TimeSpan.Zero;

    private TimeSpan Age(Lease lease) => lease.Age + lease.Since.Elapsed(time);

    private sealed class AttemptEvents(ConversionEvents events, Lease lease) : IAttemptObserver
    {
        public void Attempted(int attempt, ConversionAnswer answer, TimeSpan elapsed) => events.Attempted(lease, attempt, answer, elapsed);
    }
}

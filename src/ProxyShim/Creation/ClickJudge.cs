using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Telemetry;

namespace ProxyShim.Creation;

/// <summary>Judges, by the click, what becomes of a customer whom the ledger does not know. One judgement for those who are converted and those who are only looked at.</summary>
internal sealed class ClickJudge(ConversionSettings settings, TimeProvider time)
{
    /// <summary>Judges it, and notes in the record what it saw. With <see cref="OnPartnerMismatch.Convert"/> the request's partner becomes the click's.</summary>
    public ClickVerdict Judge(CreationContext creation, ClickLookup lookup)
    {
        var record = creation.Record;
        record.NoHome = creation.Request.HasMember ? "member_key" : null;
        if (lookup.Click is not { } click)
        {
            return new(
                null, OutcomeOf(settings.OnMiss), lookup.Malformed ? Reasons.MalformedClick : Reasons.NoClick);
        }

        record.Xid = click.Xid.Value;
        record.SubIds = click.SubIds;
        record.ClickAge = click.When is { } when ? Age(when) : null;
        var other = PartnerKeySpelling.OtherThan(creation.Request.PartnerKey, click);
        record.PartnerMismatch = other is not null;
        record.ClickPartnerKey = other ?? (click.PartnerKey is null ? null : creation.Request.PartnerKey);
        if (other is not null)
        {
            if (settings.OnPartnerMismatch == OnPartnerMismatch.Fallback)
            {
                return new(null, Outcome.Fallback, Reasons.PartnerMismatch);
            }

            creation.Request = creation.Request with { PartnerKey = other };
        }

        return new(click, Outcome.Converted, click.IsCut ? Reasons.ClickCut : null);
    }

    private static Outcome OutcomeOf(OnMiss onMiss) => onMiss switch
    {
        OnMiss.Reject => Outcome.Rejected,
        OnMiss.Hold => Outcome.Held,
        _ => Outcome.Fallback,
    };

    // Its clock is another one.
    private TimeSpan Age(DateTimeOffset when) => time.GetUtcNow() - when is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;
}

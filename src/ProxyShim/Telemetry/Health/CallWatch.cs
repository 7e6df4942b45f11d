using System.Collections.Frozen;

namespace ProxyShim.Telemetry.Health;

/// <summary>
/// Learns from what becomes of legacy calls whether callers and clicks are set up as they are in truth: a shim that knows none of its callers, or looks for
/// clicks where none are, forwards every sign-up and is otherwise well.
/// </summary>
internal sealed class CallWatch(Degradations degradations, TimeProvider time)
{
    /// <summary>Creations in a row by callers whom the Customer API takes and the shim does not know.</summary>
    public const int UnknownLimit = 3;

    /// <summary>Creations in a row without a click. Each names a partner (CONTRACT.md), so that most of them have one.</summary>
    public const int MissLimit = 20;

    /// <summary>Creations without one whose click could be read, as soon as there is something to read for so many.</summary>
    public const int MalformedLimit = 3;

    /// <summary>Creations in a row whose click names another partner than the app does, so that the app's word counts.</summary>
    public const int MismatchLimit = 20;

    /// <summary>Creations in a row by callers who may convert that the Customer API takes, in a form that the shim does not.</summary>
    public const int UnconvertibleLimit = 20;

    /// <summary>A caller who was known so lately shows that the pairs are right, whichever other callers there are.</summary>
    public static readonly TimeSpan KnownCounts = TimeSpan.FromHours(1);

    // What the Customer API takes and the shim leaves to it, for the form that it has.
    private static readonly FrozenSet<string> s_forms = new[]
    {
        Reasons.QueryString, Reasons.ContentType, Reasons.ContentEncoding, Reasons.BodyTooLarge, Reasons.MalformedJson, Reasons.MissingField,
        Reasons.InvalidField, Reasons.KeyTooLong, Reasons.UnusualPath, Reasons.UnusualMethod,
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly LastSeen _known = new(time);
    private readonly Streak _unknown = new(UnknownLimit);
    private readonly Streak _misses = new(MissLimit);
    private readonly Streak _malformed = new(MalformedLimit);
    private readonly Streak _mismatches = new(MismatchLimit);
    private readonly Streak _unconvertible = new(UnconvertibleLimit);

    /// <summary>A call has its answer.</summary>
    /// <param name="creates">Whether it is one that creates a customer.</param>
    public void Note(RequestRecord record, bool creates)
    {
        var isTaken = record.UpstreamStatus is >= StatusCodes.Status200OK and < StatusCodes.Status300MultipleChoices;
        if (record.Caller is not null)
        {
            NoteKnown(record, isTaken);
        }
        else if (creates && isTaken)
        {
            NoteUnknown();
        }

        if (creates && ClickHit.Of(record.Outcome.Name, record.Reason, record.Xid is not null) is { } hit)
        {
            NoteClick(hit, record.Reason);
        }
    }

    /// <summary>The click of a customer who was held has come, or will not.</summary>
    /// <param name="reason">Why the Customer API has the customer; null for a conversion.</param>
    public void HoldEnded(bool hit, string? reason) => NoteClick(hit, reason);

    private void NoteKnown(RequestRecord record, bool isTaken)
    {
        _known.Note();
        _unknown.End();
        if (record.PartnerKey is not null)
        {
            // It was read.
            _unconvertible.End();
        }
        else if (isTaken && record.Reason is { } reason && s_forms.Contains(reason))
        {
            _unconvertible.Add();
            if (_unconvertible.IsLong)
            {
                degradations.Report(HealthComponent.Callers, "unconvertible", reason);
            }
        }

        if (!_unconvertible.IsLong)
        {
            degradations.Report(HealthComponent.Callers, null);
        }
    }

    private void NoteUnknown()
    {
        _unknown.Add();
        if (_unknown.IsLong && !_known.IsWithin(KnownCounts))
        {
            degradations.Report(HealthComponent.Callers, "all_unknown");
        }
    }

    private void NoteClick(bool hit, string? reason)
    {
        if (hit)
        {
            _misses.End();
            _malformed.End();
            NoteFit(reason is not Reasons.PartnerMismatch);
            return;
        }

        _misses.Add();
        if (reason is Reasons.MalformedClick)
        {
            _malformed.Add();
        }

        if (_malformed.IsLong || _misses.IsLong)
        {
            degradations.Report(HealthComponent.Clicks, _malformed.IsLong ? "malformed" : "never_found");
        }
    }

    private void NoteFit(bool fits)
    {
        if (fits)
        {
            _mismatches.End();
        }
        else
        {
            _mismatches.Add();
        }

        degradations.Report(HealthComponent.Clicks, _mismatches.IsLong ? "other_partner" : null);
    }
}

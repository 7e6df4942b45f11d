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

    /// <summary>A caller who was known so lately shows that the pairs are right, whoever else calls.</summary>
    public static readonly TimeSpan KnownCounts = TimeSpan.FromHours(1);

    private readonly LastSeen _known = new(time);
    private readonly Streak _unknown = new(UnknownLimit);
    private readonly Streak _misses = new(MissLimit);
    private readonly Streak _malformed = new(MalformedLimit);

    /// <summary>A call has its answer.</summary>
    /// <param name="creates">Whether it is one that creates a customer.</param>
    public void Note(RequestRecord record, bool creates)
    {
        if (record.Caller is not null)
        {
            _known.Note();
            _unknown.End();
            degradations.Report(DegradedPart.Callers, null);
        }
        else if (creates && record.UpstreamStatus is >= StatusCodes.Status200OK and < StatusCodes.Status300MultipleChoices)
        {
            NoteUnknown();
        }

        if (creates && ClickHit.Of(record.Outcome.Name, record.Reason, record.Xid is not null) is { } hit)
        {
            NoteClick(hit, record.Reason is Reasons.MalformedClick);
        }
    }

    private void NoteUnknown()
    {
        _unknown.Add();
        if (_unknown.IsLong && !_known.IsWithin(KnownCounts))
        {
            degradations.Report(DegradedPart.Callers, "all_unknown");
        }
    }

    private void NoteClick(bool hit, bool malformed)
    {
        if (hit)
        {
            _misses.End();
            _malformed.End();
            degradations.Report(DegradedPart.Clicks, null);
            return;
        }

        _misses.Add();
        if (malformed)
        {
            _malformed.Add();
        }

        if (_malformed.IsLong || _misses.IsLong)
        {
            degradations.Report(DegradedPart.Clicks, _malformed.IsLong ? "malformed" : "never_found");
        }
    }
}

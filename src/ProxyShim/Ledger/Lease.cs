using ProxyShim.Primitives;

namespace ProxyShim.Ledger;

/// <summary>The right to send one conversion, and what its events shall say.</summary>
/// <param name="CustomerRef">The customer's name in the log.</param>
/// <param name="Inline">Whether a legacy caller waits for it.</param>
/// <param name="Attempts">Attempts made before this lease.</param>
/// <param name="MaybeLanded">An earlier attempt may have landed, and nothing can be read back.</param>
/// <param name="Age">How old the conversion was, from its claim, when the lease began.</param>
/// <param name="TriedFor">The same from its claim or last replay: what is held against <c>Delivery:MaxAge</c>.</param>
/// <param name="Since">When the lease began.</param>
/// <param name="SubIds">The click's.</param>
/// <param name="ClickAge">From the click to the claim; null where that is not known.</param>
/// <param name="JoinedSubIds">The subIDs as <see cref="Telemetry.CustomerRef.OfSubIds"/> has joined them for the ledger; null where they have not been joined.</param>
/// <param name="RedisTime">Of a claim that is sent at once: what Redis's clock said when the lease began, at most a round trip late. Null of any other.</param>
internal sealed record Lease(
    ConversionId Id,
    LeaseToken Token,
    string? CustomerRef,
    string Xid,
    string PartnerKey,
    string Caller,
    string TraceId,
    Moment Since,
    bool Inline = false,
    int Attempts = 0,
    bool MaybeLanded = false,
    TimeSpan Age = default,
    TimeSpan TriedFor = default,
    IReadOnlyList<string>? SubIds = null,
    TimeSpan? ClickAge = null,
    string? JoinedSubIds = null,
    DateTimeOffset? RedisTime = null)
{
    private bool _counted;

    /// <summary>
    /// True the first time. A report whose reply came too late is made again, and the late reply is still read: without this, both would count.
    /// </summary>
    public bool CountOnce() => !Interlocked.Exchange(ref _counted, true);
}

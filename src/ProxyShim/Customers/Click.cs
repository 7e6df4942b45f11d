using System.Globalization;
using ProxyShim.Primitives;

namespace ProxyShim.Customers;

/// <summary>A visitor's click on a partner link, as the vendor's site kept it in Redis. Only the xid is certain to be there.</summary>
/// <param name="Xid">The click id.</param>
/// <param name="PartnerKey">The partner whose link it was.</param>
/// <param name="SubIds">The link's subIDs, in order; none is empty.</param>
/// <param name="Origin">Where the visitor signed up, such as <c>acme.com</c>.</param>
/// <param name="IpAddress">The visitor's own address, for fraud detection.</param>
/// <param name="UserAgent">The visitor's own browser, for fraud detection.</param>
/// <param name="ExternalType">Passed on as it came.</param>
/// <param name="ClickedAt">When, as the vendor's site wrote it; <see cref="When"/> reads it.</param>
internal sealed record Click(
    Xid Xid,
    string? PartnerKey = null,
    IReadOnlyList<string>? SubIds = null,
    Utf8Text Origin = default,
    Utf8Text IpAddress = default,
    Utf8Text UserAgent = default,
    Utf8Text ExternalType = default,
    Utf8Text ClickedAt = default)
{
    /// <summary>As seconds it is the year 5138, as milliseconds 1973: no click is on the wrong side of it.</summary>
    public const long LeastMilliseconds = 100_000_000_000;

    /// <summary>Something in it was too long and has been left out.</summary>
    public bool IsCut { get; init; }

    /// <summary>When it was made; null when that is not known, or written otherwise than as ISO 8601 or as seconds or milliseconds since 1970.</summary>
    public DateTimeOffset? When =>
        long.TryParse(ClickedAt.Span, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? OfEpoch(number)
        : DateTimeOffset.TryParse(ClickedAt.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime()
        : null;

    private static DateTimeOffset? OfEpoch(long number) => number switch
    {
        < LeastMilliseconds => DateTimeOffset.FromUnixTimeSeconds(number),
        <= LeastMilliseconds * 100 => DateTimeOffset.FromUnixTimeMilliseconds(number),
        _ => null,
    };
}

using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using ProxyShim.Customers;
using ProxyShim.Primitives;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Clicks;

/// <summary>
/// Reads a click that a back-end, a page or an operator reports: a JSON object, or a row of a table, with the names of <see cref="ClickName"/>. What is refused
/// says what to write, and repeats nothing of what was given.
/// </summary>
internal sealed partial class ClickForm
{
    /// <summary>The largest object that is read, in bytes.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>The longest text, in UTF-16 code units; a user agent may have <see cref="MaxUserAgent"/>.</summary>
    public const int MaxText = 255;

    public const int MaxUserAgent = 1024;

    /// <summary>The most subIDs; partner links have <c>sid</c> and <c>sid1</c> to <c>sid5</c>.</summary>
    public const int MaxSubIds = 20;

    // The attribution window is 90 days; a clock may be wrong by some hours.
    private static readonly TimeSpan s_future = TimeSpan.FromDays(1);

    // ISO 8601 with its offset, which is how a click is shown; without one it would be somebody's local time.
    private static readonly string[] s_times = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    private static readonly SearchValues<byte> s_hexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private static readonly int s_fields = Enum.GetValues<ClickField>().Length;

    private static readonly ClickProblem s_badSubIds = new(
        ClickResult.BadField, $"sub_ids is not a list of texts; write an array of at most {MaxSubIds}, each of at most {MaxText} characters.");

    private static readonly ClickProblem s_unknownName = new(
        ClickResult.UnknownName, $"One of the names is not known; the names are {string.Join(", ", ClickName.All)}.");

    // A thread uses its form again: of what a row of an import takes it was the largest part.
    [ThreadStatic]
    private static ClickForm? t_form;

    // The names of the last object, in order: the next one has the same, most likely.
    private readonly ClickName?[] _order = new ClickName?[ClickName.All.Count];
    private readonly (Utf8Text Value, int Rank, bool IsEncoded)[] _values = new (Utf8Text, int, bool)[s_fields];
    private List<string>? _subIds;

    private ClickForm()
    {
    }

    private static ClickForm Begin()
    {
        var form = t_form ??= new ClickForm();
        Array.Clear(form._values);
        form._subIds = null;
        return form;
    }

    // Worse than an absent field is an empty one.
    private void Take(ClickName name, Utf8Text text)
    {
        ref var taken = ref _values[(int)name.Field];
        if (!text.IsEmpty && (taken.Value.IsEmpty || name.Rank < taken.Rank))
        {
            taken = (text, name.Rank, name.IsEncoded);
        }
    }

    private ClickProblem? TakeSubIds(List<string> list)
    {
        list.RemoveAll(static one => one.Length == 0);
        _subIds = list;
        return _subIds.Count > MaxSubIds || _subIds.Exists(static one => one.Length > MaxText) ? s_badSubIds : null;
    }

    private ReportedClick? Build(DateTimeOffset now, out ClickProblem? problem)
    {
        problem = ProblemOf(now, out var xid);
        return problem is not null ? null : new ReportedClick(
            new Click(
                xid, PartnerKey(), _subIds is { Count: > 0 } ? _subIds : null, Value(ClickField.Origin), Value(ClickField.IpAddress),
                Value(ClickField.UserAgent), Value(ClickField.ExternalType), Value(ClickField.ClickedAt)),
            new CustomerIdentity(
                Text(ClickField.CustomerKey), Text(ClickField.Email), Text(ClickField.EmailSha256)?.ToLowerInvariant(), Text(ClickField.ProviderKey)));
    }

    private ClickProblem? ProblemOf(DateTimeOffset now, out Xid xid)
    {
        xid = default;
        return Text(ClickField.Xid)?.Trim() is not { } id
            ? new(ClickResult.NoXid, "xid is missing; write the click id: what the partner link put into ps_xid.")
            : !Xid.TryParse(id, out xid) ? new(ClickResult.BadXid, "xid is not a click id; write what the partner link put into ps_xid, without white space.")
            : BadField(now) is { } text ? new(ClickResult.BadField, text)
            : null;
    }

    private string? BadField(DateTimeOffset now) =>
        Value(ClickField.ClickedAt) is { IsEmpty: false } at && !IsTime(at.Span, now) ? "clicked_at is not a time in the past; write milliseconds since 1970, or as in 2026-01-31T09:30:00Z."
        : Value(ClickField.IpAddress) is { IsEmpty: false } address && !IPAddress.TryParse(address.Span, out _)
            ? "ip_address is not an address; write the customer's own, or leave it out."
        : Value(ClickField.EmailSha256) is { IsEmpty: false } hash && !IsHash(hash.Span)
            ? "email_sha256 is not 64 hexadecimal digits; write the SHA-256 of the trimmed, lower-case address."
        : Value(ClickField.CustomerKey).Span.Length > CustomerKey.MaxUtf8Length
            ? $"customer_key is too long; at most {CustomerKey.MaxUtf8Length} bytes can be converted."
        : IsAnyTooLong()
            ? $"A text is too long; write at most {MaxText} characters, {MaxUserAgent} for user_agent."
        : null;

    private bool IsAnyTooLong()
    {
        for (var i = 0; i < s_fields; i++)
        {
            var text = _values[i].Value.Span;
            var most = (ClickField)i == ClickField.UserAgent ? MaxUserAgent : MaxText;
            if (text.Length > most && Encoding.UTF8.GetCharCount(text) > most)
            {
                return true;
            }
        }

        return false;
    }

    private string? PartnerKey()
    {
        var text = Text(ClickField.PartnerKey);
        return text is not null && _values[(int)ClickField.PartnerKey].IsEncoded ? PartnerKeySpelling.OfLandingUrl(text) : text;
    }

    private Utf8Text Value(ClickField field) => _values[(int)field].Value;

    private string? Text(ClickField field) => Value(field) is { IsEmpty: false } text ? text.ToString() : null;

    private static bool IsHash(ReadOnlySpan<byte> text) => text.Length == 64 && !text.ContainsAnyExcept(s_hexDigits);

    private static bool IsTime(ReadOnlySpan<byte> text, DateTimeOffset now) =>
        MillisecondsOf(text) is { } milliseconds && milliseconds >= Click.LeastMilliseconds && milliseconds <= (now + s_future).ToUnixTimeMilliseconds();

    private static long? MillisecondsOf(ReadOnlySpan<byte> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) ? milliseconds
        : DateTimeOffset.TryParseExact(Encoding.UTF8.GetString(text), s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
        : null;
}

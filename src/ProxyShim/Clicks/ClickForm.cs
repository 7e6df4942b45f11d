using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Clicks;

/// <summary>
/// Reads a click that a back-end, a page or an operator reports: a JSON object, with the names that partner links and PartnerStackJS use as well
/// (DESIGN.md, Forms). What is refused says what to write, and repeats nothing of what was given.
/// </summary>
internal sealed class ClickForm
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

    // By name: the field, and how well the name is trusted where a field is given twice. Landing URLs carry the older names beside the present ones.
    private static readonly Dictionary<string, (Field Field, int Rank, bool IsEncoded)> s_names = new(StringComparer.Ordinal)
    {
        ["xid"] = (Field.Xid, 0, false),
        ["ps_xid"] = (Field.Xid, 1, false),
        ["gsxid"] = (Field.Xid, 2, false),
        ["partner_key"] = (Field.PartnerKey, 0, false),
        ["ps_partner_key"] = (Field.PartnerKey, 1, true),
        ["gspk"] = (Field.PartnerKey, 2, true),
        ["clicked_at"] = (Field.ClickedAt, 0, false),
        ["origin"] = (Field.Origin, 0, false),
        ["external_type"] = (Field.ExternalType, 0, false),
        ["ip_address"] = (Field.IpAddress, 0, false),
        ["user_agent"] = (Field.UserAgent, 0, false),
        ["customer_key"] = (Field.CustomerKey, 0, false),
        ["email"] = (Field.Email, 0, false),
        ["email_sha256"] = (Field.EmailSha256, 0, false),
        ["provider_key"] = (Field.ProviderKey, 0, false),
    };

    private static readonly (string Name, byte[] Utf8)[] s_known = [.. s_names.Keys.Select(name => (name, Encoding.UTF8.GetBytes(name)))];

    private const string SubIdsName = "sub_ids";

    private static readonly int s_fields = Enum.GetValues<Field>().Length;

    private static readonly ClickProblem s_badSubIds = new(
        ClickResult.BadField, $"sub_ids is not a list of texts; write an array of at most {MaxSubIds}, each of at most {MaxText} characters.");

    // A thread uses its form again: of what a row of an import takes it was the largest part.
    [ThreadStatic]
    private static ClickForm? t_form;

    private readonly (string? Value, int Rank, bool IsEncoded)[] _values = new (string?, int, bool)[s_fields];
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

    private enum Field
    {
        Xid,
        PartnerKey,
        ClickedAt,
        Origin,
        ExternalType,
        IpAddress,
        UserAgent,
        CustomerKey,
        Email,
        EmailSha256,
        ProviderKey,
    }

    /// <summary>Every name that may be written.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [.. s_names.Keys, SubIdsName];

    /// <summary>Reads a JSON object.</summary>
    /// <param name="now">The present time: a click of the future is none.</param>
    /// <param name="problem">What is wrong and what to write; null when all is well.</param>
    public static ReportedClick? Read(ReadOnlyMemory<byte> json, DateTimeOffset now, out ClickProblem? problem)
    {
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                // Whatever it is, it must be JSON to be told so.
                reader.Skip();
                problem = new(ClickResult.NoJson, "Write a JSON object.");
                return null;
            }

            var form = Begin();
            problem = form.Take(ref reader);
            return problem is null ? form.Build(now, out problem) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped lone surrogate.
            problem = new(ClickResult.NoJson, "The body is not valid JSON; write an object such as {\"xid\":\"…\"}.");
            return null;
        }
    }

    /// <summary>Reads a row of a table: a text for each name, an empty one for none; <c>sub_ids</c> are separated by <c>|</c>.</summary>
    /// <param name="names">Of <see cref="Names"/>.</param>
    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, DateTimeOffset, out ClickProblem?)"/>
    public static ReportedClick? Read(IReadOnlyList<string> names, IReadOnlyList<string> texts, DateTimeOffset now, out ClickProblem? problem)
    {
        var form = Begin();
        problem = null;
        for (var i = 0; i < names.Count && problem is null; i++)
        {
            problem = names[i] == SubIdsName ? form.TakeSubIds([.. texts[i].Split('|')]) : form.Take(names[i], texts[i]);
        }

        return problem is null ? form.Build(now, out problem) : null;
    }

    // To the end of it, also past the first problem: what follows may be no JSON.
    private ClickProblem? Take(ref Utf8JsonReader reader)
    {
        ClickProblem? problem = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(SubIdsName))
            {
                reader.Read();
                problem ??= TakeSubIds(ref reader);
                continue;
            }

            var name = NameOf(ref reader);
            reader.Read();

            // An integer counts as its digits, as everywhere.
            var text = reader.TokenType switch
            {
                JsonTokenType.Null => "",
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
                _ => null,
            };
            reader.Skip();
            problem ??= Take(name, text);
        }

        // Nothing may follow.
        reader.Read();
        return problem;
    }

    // A name that is known is not made into a text anew for each row.
    private static string NameOf(ref Utf8JsonReader reader)
    {
        foreach (var (name, utf8) in s_known)
        {
            if (reader.ValueTextEquals(utf8))
            {
                return name;
            }
        }

        return "";
    }

    private ClickProblem? TakeSubIds(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return s_badSubIds;
        }

        var (list, isGood) = (new List<string>(), true);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                isGood = false;
                reader.Skip();
            }
            else if (list.Count <= MaxSubIds)
            {
                list.Add(reader.GetString()!);
            }
        }

        return isGood ? TakeSubIds(list) : s_badSubIds;
    }

    private ClickProblem? Take(string name, string? text)
    {
        if (!s_names.TryGetValue(name, out var known))
        {
            return new(ClickResult.UnknownName, $"One of the names is not known; the names are {string.Join(", ", Names)}.");
        }

        if (text is null)
        {
            return new(ClickResult.BadField, $"{name} is not a text; write one.");
        }

        // Worse than an absent field is an empty one.
        ref var taken = ref _values[(int)known.Field];
        if (text.Length > 0 && (taken.Value is null || known.Rank < taken.Rank))
        {
            taken = (text, known.Rank, known.IsEncoded);
        }

        return null;
    }

    private ClickProblem? TakeSubIds(List<string> list)
    {
        list.RemoveAll(static one => one.Length == 0);
        _subIds = list;
        return _subIds.Count > MaxSubIds || _subIds.Exists(one => one.Length > MaxText) ? s_badSubIds : null;
    }

    private ReportedClick? Build(DateTimeOffset now, out ClickProblem? problem)
    {
        problem = ProblemOf(now, out var xid);
        return problem is not null ? null : new ReportedClick(
            new Click(
                xid, PartnerKey(), _subIds is { Count: > 0 } ? _subIds : null, Text(Field.Origin), Text(Field.IpAddress), Text(Field.UserAgent),
                Text(Field.ExternalType), Text(Field.ClickedAt)),
            new CustomerIdentity(Text(Field.CustomerKey), Text(Field.Email), Text(Field.EmailSha256)?.ToLowerInvariant(), Text(Field.ProviderKey)));
    }

    private ClickProblem? ProblemOf(DateTimeOffset now, out Xid xid)
    {
        xid = default;
        return Text(Field.Xid)?.Trim() is not { } id
            ? new(ClickResult.NoXid, "xid is missing; write the click id: what the partner link put into ps_xid.")
            : !Xid.TryParse(id, out xid) ? new(ClickResult.BadXid, "xid is not a click id; write what the partner link put into ps_xid, without white space.")
            : BadField(now) is { } text ? new(ClickResult.BadField, text)
            : null;
    }

    private string? BadField(DateTimeOffset now) =>
        Text(Field.ClickedAt) is { } at && !IsTime(at, now) ? "clicked_at is not a time in the past; write milliseconds since 1970."
        : Text(Field.IpAddress) is { } address && !IPAddress.TryParse(address, out _) ? "ip_address is not an address; write the customer's own, or leave it out."
        : Text(Field.EmailSha256) is { } hash && !(hash.Length == 64 && hash.All(char.IsAsciiHexDigit))
            ? "email_sha256 is not 64 hexadecimal digits; write the SHA-256 of the trimmed, lower-case address."
        : Text(Field.CustomerKey) is { } key && !CustomerKey.TryCreate(key, out _)
            ? $"customer_key is too long; at most {CustomerKey.MaxUtf8Length} bytes can be converted."
        : IsAnyTooLong()
            ? $"A text is too long; write at most {MaxText} characters, {MaxUserAgent} for user_agent."
        : null;

    private bool IsAnyTooLong()
    {
        for (var i = 0; i < s_fields; i++)
        {
            if (_values[i].Value?.Length > ((Field)i == Field.UserAgent ? MaxUserAgent : MaxText))
            {
                return true;
            }
        }

        return false;
    }

    private string? PartnerKey() => _values[(int)Field.PartnerKey] is { Value: { } text, IsEncoded: true } ? PartnerKeySpelling.OfLandingUrl(text) : Text(Field.PartnerKey);

    private string? Text(Field field) => _values[(int)field].Value;

    private static bool IsTime(string text, DateTimeOffset now) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds >= Click.LeastMilliseconds && milliseconds <= (now + s_future).ToUnixTimeMilliseconds();
}

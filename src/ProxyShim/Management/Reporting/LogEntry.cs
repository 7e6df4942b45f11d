using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace ProxyShim.Management.Reporting;

/// <summary>What a report needs of one event, those of one kind of report only where it is made. Reused for each line; a field that the event lacks is null or 0.</summary>
internal sealed class LogEntry(StringPool names, ReportKind kind = ReportKind.Usual)
{
    private static readonly ReportKind[] s_any = [ReportKind.Usual, ReportKind.Shadow, ReportKind.Chain];
    private static readonly ReportKind[] s_notChain = [ReportKind.Usual, ReportKind.Shadow];
    private static readonly ReportKind[] s_notUsual = [ReportKind.Shadow, ReportKind.Chain];
    private static readonly ReportKind[] s_usual = [ReportKind.Usual];
    private static readonly ReportKind[] s_shadow = [ReportKind.Shadow];
    private static readonly ReportKind[] s_chain = [ReportKind.Chain];

    private delegate void Take(LogEntry entry, ref Utf8JsonReader reader);

    // Each field that some report asks for, which reports do, and what is done with its value.
    private static readonly (string Name, ReportKind[] Kinds, Take Take)[] s_fields =
    [
        ("@t", s_any, static (entry, ref reader) => entry.Time = reader.GetDateTimeOffset()),
        ("SchemaVersion", s_any, static (entry, ref reader) => entry._version = reader.GetInt32()),
        ("Event", s_any, static (entry, ref reader) => entry.Event = entry.Text(ref reader) ?? ""),
        ("Outcome", s_notChain, static (entry, ref reader) => entry.Outcome = entry.Text(ref reader)),
        ("Reason", s_notChain, static (entry, ref reader) => entry.Reason = entry.Text(ref reader)),
        ("Xid", s_notChain, static (entry, ref reader) => entry.HasXid = reader.TokenType == JsonTokenType.String),
        ("PartnerKey", s_any, static (entry, ref reader) => entry.PartnerKey = entry.Text(ref reader)),
        ("Caller", s_notChain, static (entry, ref reader) => entry.Caller = entry.Text(ref reader)),
        ("Result", s_usual, static (entry, ref reader) => entry.Result = entry.Text(ref reader)),
        ("Alert", s_usual, static (entry, ref reader) => entry.Alert = entry.Text(ref reader)),
        ("Inline", s_usual, static (entry, ref reader) => entry.Inline = reader.GetBoolean()),
        ("ElapsedMs", s_usual, static (entry, ref reader) => entry.Elapsed = Math.Max(0, reader.GetDouble())),
        ("Count", s_usual, static (entry, ref reader) => entry.Count = reader.GetInt64()),
        ("WouldBe", s_shadow, static (entry, ref reader) => entry.WouldBe = entry.Text(ref reader)),
        ("ClickPartnerKey", s_shadow, static (entry, ref reader) => entry.ClickPartnerKey = entry.Text(ref reader)),
        ("NoHome", s_shadow, static (entry, ref reader) => entry.NoHome = entry.Text(ref reader)),
        ("PartnerMismatch", s_shadow, static (entry, ref reader) => entry.PartnerMismatch = reader.GetBoolean()),
        ("SubIds", s_notUsual, static (entry, ref reader) => entry._subIdLength = StringPool.Copy(ref reader, ref entry._subIds)),
        ("CustomerRef", s_notUsual, static (entry, ref reader) =>
            entry.Customer = reader.TokenType == JsonTokenType.Null ? null : XxHash128.HashToUInt128(reader.ValueSpan)),
        ("ClickAgeMs", s_chain, static (entry, ref reader) => entry.ClickAge = Age(ref reader)),
        ("SignupAgeMs", s_chain, static (entry, ref reader) => entry.SignupAge = Age(ref reader)),
        ("Amount", s_chain, static (entry, ref reader) => entry.Amount = reader.TokenType == JsonTokenType.Null ? null : reader.GetDecimal()),
        ("Currency", s_chain, static (entry, ref reader) => entry.Currency = entry.Text(ref reader)),
    ];

    // By the length of their names: an event has thirty, and most are told apart by that.
    private readonly (byte[] Name, Take Take)[][] _byLength =
    [
        .. Enumerable.Range(0, s_fields.Max(static field => field.Name.Length) + 1).Select(length =>
            s_fields.Where(field => field.Name.Length == length && field.Kinds.Contains(kind))
                .Select(static field => (Encoding.UTF8.GetBytes(field.Name), field.Take)).ToArray()),
    ];

    private int _version;
    private char[] _subIds = [];
    private int _subIdLength;

    public string Event { get; private set; } = "";

    /// <summary>ISO 8601 in UTC: sorts as text.</summary>
    public DateTimeOffset Time { get; private set; }

    public string? Outcome { get; private set; }

    public string? Reason { get; private set; }

    public bool HasXid { get; private set; }

    public string? PartnerKey { get; private set; }

    public string? Caller { get; private set; }

    public string? Result { get; private set; }

    public string? Alert { get; private set; }

    public bool Inline { get; private set; }

    public string? WouldBe { get; private set; }

    public string? ClickPartnerKey { get; private set; }

    /// <summary>Joined by |; empty for none. Valid until the next line.</summary>
    public ReadOnlySpan<char> SubIds => _subIds.AsSpan(0, _subIdLength);

    /// <summary>Joined by spaces.</summary>
    public string? NoHome { get; private set; }

    public bool PartnerMismatch { get; private set; }

    /// <summary>A hash of the customer's name in the log; null for none. It is made where a report asks for it.</summary>
    public UInt128? Customer { get; private set; }

    /// <summary>Milliseconds.</summary>
    public double? ClickAge { get; private set; }

    /// <summary>Milliseconds.</summary>
    public double? SignupAge { get; private set; }

    public decimal? Amount { get; private set; }

    public string? Currency { get; private set; }

    /// <summary>Milliseconds.</summary>
    public double Elapsed { get; private set; }

    /// <summary>Of a <c>LogEventsDropped</c>.</summary>
    public long Count { get; private set; }

    /// <summary>False when the line is no event of this version's log.</summary>
    public bool TryRead(ReadOnlySpan<byte> line)
    {
        Clear();
        var reader = new Utf8JsonReader(line);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadField(ref reader);
            }

            // To the end: a second object in the line, or half of one, is an error.
            return !reader.Read() && _version == Telemetry.LogEvents.SchemaVersion && Event.Length > 0 && Time != default;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: a value of another type than its field has.
            return false;
        }
    }

    private void ReadField(ref Utf8JsonReader reader)
    {
        var asked = reader.ValueSpan;
        if (asked.Length < _byLength.Length)
        {
            foreach (var (name, take) in _byLength[asked.Length])
            {
                if (asked.SequenceEqual(name))
                {
                    reader.Read();
                    take(this, ref reader);
                    return;
                }
            }
        }

        reader.Read();
        reader.Skip();
    }

    private static double? Age(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null ? null : Math.Max(0, reader.GetDouble());

    private string? Text(ref Utf8JsonReader reader) => names.Read(ref reader);

    private void Clear()
    {
        _version = 0;
        _subIdLength = 0;
        Event = "";
        Time = default;
        Outcome = Reason = PartnerKey = Caller = Result = Alert = null;
        WouldBe = ClickPartnerKey = NoHome = null;
        Customer = null;
        ClickAge = SignupAge = null;
        Amount = null;
        Currency = null;
        HasXid = Inline = PartnerMismatch = false;
        Elapsed = Count = 0;
    }
}

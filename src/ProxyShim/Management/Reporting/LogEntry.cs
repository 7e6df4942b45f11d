using System.IO.Hashing;
using System.Text.Json;

namespace ProxyShim.Management.Reporting;

/// <summary>What a report needs of one event, those of one kind of report only where it is made. Reused for each line; a field that the event lacks is null or 0.</summary>
internal sealed class LogEntry(StringPool names, ReportKind kind = ReportKind.Usual)
{
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

    /// <summary>Joined by |.</summary>
    public string? SubIds { get; private set; }

    /// <summary>Joined by spaces.</summary>
    public string? NoHome { get; private set; }

    public bool PartnerMismatch { get; private set; }

    /// <summary>A hash of the customer's name in the log; null for none. It is made where somebody asks for it.</summary>
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
        var version = 0;
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("SchemaVersion"u8))
                {
                    reader.Read();
                    version = reader.GetInt32();
                }
                else
                {
                    ReadField(ref reader);
                }
            }

            // To the end: a second object in the line, or half of one, is an error.
            return !reader.Read() && version == Telemetry.LogEvents.SchemaVersion && Event.Length > 0 && Time != default;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: a value of another type than its field has.
            return false;
        }
    }

    private void ReadField(ref Utf8JsonReader reader)
    {
        switch (reader.ValueSpan)
        {
            case var name when name.SequenceEqual("@t"u8):
                reader.Read();
                Time = reader.GetDateTimeOffset();
                break;
            case var name when name.SequenceEqual("Event"u8):
                Event = Text(ref reader) ?? "";
                break;
            case var name when name.SequenceEqual("Outcome"u8):
                Outcome = Text(ref reader);
                break;
            case var name when name.SequenceEqual("Reason"u8):
                Reason = Text(ref reader);
                break;
            case var name when name.SequenceEqual("Xid"u8):
                reader.Read();
                HasXid = reader.TokenType == JsonTokenType.String;
                break;
            case var name when name.SequenceEqual("PartnerKey"u8):
                PartnerKey = Text(ref reader);
                break;
            case var name when name.SequenceEqual("Caller"u8):
                Caller = Text(ref reader);
                break;
            case var name when name.SequenceEqual("Result"u8):
                Result = Text(ref reader);
                break;
            case var name when name.SequenceEqual("Alert"u8):
                Alert = Text(ref reader);
                break;
            case var name when name.SequenceEqual("Inline"u8):
                reader.Read();
                Inline = reader.GetBoolean();
                break;
            case var name when name.SequenceEqual("ElapsedMs"u8):
                reader.Read();
                Elapsed = Math.Max(0, reader.GetDouble());
                break;
            case var name when name.SequenceEqual("Count"u8):
                reader.Read();
                Count = reader.GetInt64();
                break;
            case var name when kind == ReportKind.Shadow && name.SequenceEqual("WouldBe"u8):
                WouldBe = Text(ref reader);
                break;
            case var name when kind == ReportKind.Shadow && name.SequenceEqual("ClickPartnerKey"u8):
                ClickPartnerKey = Text(ref reader);
                break;
            case var name when kind != ReportKind.Usual && name.SequenceEqual("SubIds"u8):
                SubIds = Text(ref reader);
                break;
            case var name when kind == ReportKind.Shadow && name.SequenceEqual("NoHome"u8):
                NoHome = Text(ref reader);
                break;
            case var name when kind == ReportKind.Shadow && name.SequenceEqual("PartnerMismatch"u8):
                reader.Read();
                PartnerMismatch = reader.GetBoolean();
                break;
            case var name when kind != ReportKind.Usual && name.SequenceEqual("CustomerRef"u8):
                reader.Read();
                Customer = reader.TokenType == JsonTokenType.Null ? null : XxHash128.HashToUInt128(reader.ValueSpan);
                break;
            case var name when kind == ReportKind.Chain && name.SequenceEqual("ClickAgeMs"u8):
                ClickAge = Age(ref reader);
                break;
            case var name when kind == ReportKind.Chain && name.SequenceEqual("SignupAgeMs"u8):
                SignupAge = Age(ref reader);
                break;
            case var name when kind == ReportKind.Chain && name.SequenceEqual("Amount"u8):
                reader.Read();
                Amount = reader.TokenType == JsonTokenType.Null ? null : reader.GetDecimal();
                break;
            case var name when kind == ReportKind.Chain && name.SequenceEqual("Currency"u8):
                Currency = Text(ref reader);
                break;
            default:
                reader.Read();
                reader.Skip();
                break;
        }
    }

    private static double? Age(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : Math.Max(0, reader.GetDouble());
    }

    private string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return names.Read(ref reader);
    }

    private void Clear()
    {
        Event = "";
        Time = default;
        Outcome = Reason = PartnerKey = Caller = Result = Alert = null;
        WouldBe = ClickPartnerKey = SubIds = NoHome = null;
        Customer = null;
        ClickAge = SignupAge = null;
        Amount = null;
        Currency = null;
        HasXid = Inline = PartnerMismatch = false;
        Elapsed = Count = 0;
    }
}

using System.Text;
using ProxyShim.Customers;
using ProxyShim.Rollout;
using Serilog.Events;

namespace ProxyShim.Telemetry.Output;

/// <summary>One line of the log while it is written: compact JSON in UTF-8, ended by a line feed.</summary>
/// <remarks>
/// It travels through Serilog as the one property of its event, already rendered: a dictionary of twenty boxed values, each wrapped once more, costs
/// more than all the rest of the event. A thread has one line and uses it again, so a sink must copy it before it returns.
/// </remarks>
internal sealed class LogLine : LogEventPropertyValue
{
    /// <summary>The property's name in the Serilog event.</summary>
    public const string PropertyName = "Line";

    /// <summary>The longest value of a text field, in UTF-16 code units; the rest is cut. A caller decides how long a partner_key is.</summary>
    public const int MaxText = 256;

    private const string Redacted = "[redacted]";

    // After an unusually long line the buffer is given back, so that no thread keeps it for ever.
    private const int MaxKeptBytes = 16 * 1024;

    [ThreadStatic]
    private static LogLine? t_line;

    private readonly CompactJson _json = new();

    private CustomerRef? _names;
    private string? _cut;

    private LogLine() => Properties = new() { [PropertyName] = this };

    /// <summary>What Serilog's event carries.</summary>
    public Dictionary<string, LogEventPropertyValue> Properties { get; }

    public LogEventLevel Level { get; private set; }

    public DateTimeOffset Time { get; private set; }

    /// <summary>The bytes so far; the whole line once it is <see cref="End">ended</see>.</summary>
    public ReadOnlySpan<byte> Bytes => _json.Written;

    /// <summary>Begins this thread's line with the fields that every event has; whatever stood in it is gone.</summary>
    /// <param name="names">How a partner_key or a subID that is an e-mail address is named; without it such a text is left out.</param>
    public static LogLine Begin(DateTimeOffset time, LogEventLevel level, ReadOnlySpan<byte> name, CustomerRef? names = null)
    {
        var line = t_line is { _json.Capacity: <= MaxKeptBytes } kept ? kept : t_line = new LogLine();
        line._json.Clear();
        line.Level = level;
        line.Time = time;
        line._names = names;
        line._cut = null;
        line._json.BeginObject();
        line.Instant("@t"u8, time);
        if (level != LogEventLevel.Information)
        {
            line.Constant("@l"u8, NameOf(level));
        }

        line.Constant("Event"u8, name);
        return line.Number("SchemaVersion"u8, LogEvents.SchemaVersion);
    }

    /// <summary>A text, cut at <paramref name="max"/>; null is written as null.</summary>
    public LogLine Text(ReadOnlySpan<byte> name, string? value, int max = MaxText)
    {
        _json.Name(name);
        if (value is null)
        {
            _json.Null();
        }
        else
        {
            _json.Text(value.Length <= max ? value : Cut(name, value, max));
        }

        return this;
    }

    /// <summary>Names the fields of this line that were cut, joined by a space; null for none.</summary>
    public LogLine Cuts() => Text("Cut"u8, _cut);

    public LogLine Number(ReadOnlySpan<byte> name, long? value) => Numeric(name, value);

    public LogLine Flag(ReadOnlySpan<byte> name, bool value)
    {
        _json.Name(name);
        _json.Flag(value);
        return this;
    }

    /// <summary>A duration as a number of milliseconds, exact to the microsecond.</summary>
    public LogLine Milliseconds(ReadOnlySpan<byte> name, TimeSpan? value)
    {
        _json.Name(name);
        if (value is { } duration)
        {
            _json.Thousandths((long)Math.Round(duration.TotalMicroseconds));
        }
        else
        {
            _json.Null();
        }

        return this;
    }

    /// <summary>An amount of money, to its last digit.</summary>
    public LogLine Amount(ReadOnlySpan<byte> name, decimal? value) => Numeric(name, value);

    /// <summary>A moment: ISO 8601, UTC, always seven digits of a second, so that text sorts as time does.</summary>
    public LogLine Instant(ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        Span<byte> text = stackalloc byte[32];
        value.UtcDateTime.TryFormat(text, out var length, "O");
        return Constant(name, text[..length]);
    }

    /// <summary>What every event of a conversion says of it.</summary>
    public LogLine Conversion(in LoggedConversion conversion) =>
        Text("CustomerRef"u8, conversion.CustomerRef)
            .Text("Xid"u8, conversion.Xid)
            .Partner("PartnerKey"u8, conversion.PartnerKey)
            .Text("Caller"u8, conversion.Caller)
            .Text("TraceId"u8, conversion.TraceId);

    public LogLine Call(in LoggedCall call) =>
        Text("CustomerRef"u8, call.CustomerRef)
            .Text("Route"u8, call.Route)
            .Text("Method"u8, call.Method)
            .Text("Caller"u8, call.Caller)
            .Text("TraceId"u8, call.TraceId);

    /// <summary>A partner_key. One that is an e-mail address is a mistake: the log tells partners apart, not who they are.</summary>
    public LogLine Partner(ReadOnlySpan<byte> name, string? key) => Text(name, key is null ? null : NameOf(key));

    /// <summary>A plan of the rollout, the partners in it likewise, each by itself: half of an address, or one among others, does not look like one any more.</summary>
    public LogLine Rollout(ReadOnlySpan<byte> name, RolloutPlan plan, int max) => Text(name, plan.Describe(NameOf), max);

    /// <summary>SubIDs, likewise; as many as have room.</summary>
    /// <param name="joined">Those of a customer who was converted before, as <see cref="CustomerRef.OfSubIds"/> has joined them.</param>
    public LogLine SubIds(IReadOnlyList<string>? subIds, string? joined)
    {
        joined ??= _names is not null ? _names.OfSubIds(subIds) : subIds is { Count: > 0 } ? Redacted : null;

        // Half of a subID is another one: what has no room as a whole is left out, unless it is the first.
        var whole = joined?.Length > MaxText ? joined.AsSpan(0, MaxText + 1).LastIndexOf('|') : 0;
        return Text("SubIds"u8, joined, whole > 0 ? whole : MaxText);
    }

    /// <summary>A value of a type that only its source knows, as a framework's argument; the caller has made sure that it may be written.</summary>
    public LogLine Scalar(string name, object? value)
    {
        _json.Name(name);
        switch (value)
        {
            case null:
                _json.Null();
                break;
            case bool flag:
                _json.Flag(flag);
                break;
            case sbyte or byte or short or ushort or int or long or uint:
                _json.Number(Convert.ToInt64(value, null));
                break;
            case double number when double.IsFinite(number):
                _json.Number(number);
                break;
            default:
                var text = value.ToString() ?? "";
                _json.Text(text.Length <= MaxText ? text : text.AsSpan(0, MaxText));
                break;
        }

        return this;
    }

    public LogLine BeginObject(ReadOnlySpan<byte> name)
    {
        _json.Name(name);
        _json.BeginObject();
        return this;
    }

    public LogLine EndObject()
    {
        _json.EndObject();
        return this;
    }

    public LogLine End()
    {
        _json.EndObject();
        _json.EndLine();
        return this;
    }

    public override void Render(TextWriter output, string? format = null, IFormatProvider? formatProvider = null) =>
        output.Write(Encoding.UTF8.GetString(Bytes).AsSpan().TrimEnd('\n'));

    private LogLine Numeric<T>(ReadOnlySpan<byte> name, T? value)
        where T : struct, IUtf8SpanFormattable
    {
        _json.Name(name);
        if (value is { } number)
        {
            _json.Number(number);
        }
        else
        {
            _json.Null();
        }

        return this;
    }

    private LogLine Constant(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _json.Name(name);
        _json.Text(value);
        return this;
    }

    private string NameOf(string partner) => _names is not null ? _names.OfPartner(partner) : AddressLike.Matches(partner) ? Redacted : partner;

    private ReadOnlySpan<char> Cut(ReadOnlySpan<byte> name, string value, int max)
    {
        var field = Encoding.UTF8.GetString(name);
        _cut = _cut is null ? field : $"{_cut} {field}";
        return value.AsSpan(0, max);
    }

    private static ReadOnlySpan<byte> NameOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "Verbose"u8,
        LogEventLevel.Debug => "Debug"u8,
        LogEventLevel.Warning => "Warning"u8,
        LogEventLevel.Error => "Error"u8,
        LogEventLevel.Fatal => "Fatal"u8,
        _ => "Information"u8,
    };
}

using System.Text;
using ProxyShim.Conversions;
using ProxyShim.Customers;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Telemetry.Output;

namespace ProxyShim.Tests.Management.Reporting;

/// <summary>A log of any length, written by the program's own events with seeded chance.</summary>
internal sealed class SyntheticLog : ILineOutput
{
    private static readonly string?[] s_callers = ["default", "shop", "crm", "Zürich \"quoted\""];

    private static readonly (Outcome Outcome, string? Reason, bool Click)[] s_ends =
    [
        (Outcome.Converted, null, true),
        (Outcome.Converted, null, true),
        (Outcome.Converted, null, true),
        (Outcome.Queued, null, true),
        (Outcome.Duplicate, null, true),
        (Outcome.Duplicate, Reasons.DuplicateDiffers, true),
        (Outcome.Held, Reasons.NoClick, false),
        (Outcome.Held, Reasons.NoClick, false),
        (Outcome.Fallback, Reasons.NoClick, false),
        (Outcome.Fallback, Reasons.MalformedClick, false),
        (Outcome.Fallback, Reasons.PartnerMismatch, true),
        (Outcome.Fallback, Reasons.Refused, true),
        (Outcome.Fallback, Reasons.FallbackBefore, true),
        (Outcome.Fallback, Reasons.RedisDown, false),
        (Outcome.Rejected, Reasons.NoClick, false),
        (Outcome.Shadowed, null, true),
        (Outcome.Shadowed, null, true),
        (Outcome.Shadowed, Reasons.NoClick, false),
        (Outcome.Shadowed, Reasons.PartnerMismatch, true),
        (Outcome.Shadowed, Reasons.RedisDown, false),
        (Outcome.Passthrough, null, false),
        (Outcome.Passthrough, Reasons.ContentType, false),
        (Outcome.Passthrough, Reasons.QueryString, false),
        (Outcome.Unauthorized, Reasons.UnknownCaller, false),
    ];

    private static readonly (string End, string? Reason)[] s_holdEnds =
        [(HoldEnd.ClickFound, null), (HoldEnd.HandedOver, Reasons.NoClick), (HoldEnd.HandedOver, Reasons.MalformedClick), (HoldEnd.HandedOver, Reasons.PartnerMismatch)];

    // What stands in a file beside the events: of another program, of another version, of none.
    private static readonly byte[][] s_noise =
        [.. new[] { "{\"level\":\"info\"}\n", "[1]\n", "{\"@t\":\"2026-05-04T03:02:01.0000000Z\",\"Event\":\"ConversionSent\",\"SchemaVersion\":2}\n" }.Select(Encoding.UTF8.GetBytes)];

    private readonly Stream _stream;
    private readonly Random _random;
    private readonly EventLog _log;

    public SyntheticLog(Stream stream, int seed)
    {
        _stream = stream;
        _random = new Random(seed);
        _log = new EventLog(ShimLogging.CreateLogger(this), TimeProvider.System, new CustomerRef(new PrivacySettings(CustomerRefKind.Pseudonym, new byte[32])));
    }

    public void Write(int lines)
    {
        for (var line = 0; line < lines; line++)
        {
            Write(_random.NextDouble());
        }
    }

    void ILineOutput.Write(ReadOnlySpan<byte> line) => _stream.Write(line);

    private void Write(double dice)
    {
        var conversion = new LoggedConversion(Customer(), "xid", Brought(), Pick(s_callers), "4bf92f3577b34da6a3ce929d0e0e4736");
        Action write = dice switch
        {
            < 0.3 => WriteRequest,
            < 0.4 => WriteSale,
            < 0.65 => () => LogEvents.DeliveryAttempted(_log, conversion, Coin(), 1, Pick(Enum.GetValues<AttemptResult>()).Name(), 200, null, Wait(), default),
            < 0.8 => () => LogEvents.ConversionSent(_log, conversion, Coin(), 1, default, SubIds(), Coin() ? null : Age()),
            < 0.91 => () => LogEvents.ConversionVerified(_log, conversion, Coin() ? null : Reasons.AlreadyExisted, 1, 1, default, default, SubIds()),
            < 0.94 => WriteCall,
            < 0.95 => WriteHoldEnd,
            < 0.96 => () => LogEvents.ConversionPhantom(_log, conversion, 1, 0, default, default),
            < 0.97 => () => LogEvents.ConversionDead(_log, conversion, Coin() ? Reasons.Refused : Reasons.Expired, 1, 400, null, default),
            < 0.98 => () => LogEvents.Alert(_log, Coin() ? Alert.TokenForbidden : Alert.ReadBackBrakeEngaged),
            < 0.99 => () => ((ILineOutput)this).Write(LogEvents.LogEventsDropped(DateTimeOffset.UnixEpoch, _random.Next(1, 100), 100, DateTimeOffset.UnixEpoch).Bytes),
            _ => () => ((ILineOutput)this).Write(Pick(s_noise)),
        };
        write();
    }

    private void WriteCall()
    {
        var call = new LoggedCall(Customer(), "/api/v2/transactions", "POST", Pick(s_callers), "4bf92f3577b34da6a3ce929d0e0e4736");
        Action write = _random.Next(3) switch
        {
            0 => () => LogEvents.CallKept(_log, call, Reasons.WithinLag),
            1 => () => LogEvents.CallPlayed(_log, call, 1, 200, Wait(), Referral(), Age(), Sale()),
            _ => () => LogEvents.CallDead(_log, call, Coin() ? Reasons.Refused : Reasons.Expired, 1, 404, Wait()),
        };
        write();
    }

    private void WriteHoldEnd()
    {
        var conversion = new LoggedConversion(Customer(), "xid", Brought(), Pick(s_callers), "4bf92f3577b34da6a3ce929d0e0e4736");
        var (end, reason) = Pick(s_holdEnds);
        LogEvents.HoldEnded(_log, conversion, end, reason, 1, reason is null ? null : 200, default);
    }

    // A call about a customer who was converted: most report money.
    private void WriteSale() => LogEvents.RequestHandled(
        _log,
        new()
        {
            TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
            Route = "/api/v2/transactions",
            CustomerRef = Customer(),
            Caller = Pick(s_callers),
            Referral = Referral(),
            SignupAge = Age(),
            Sale = _random.Next(10) == 0 ? default : Sale(),
        },
        "POST", 200, Wait());

    private void WriteRequest()
    {
        var end = Pick(s_ends);
        var record = new RequestRecord
        {
            TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
            Route = "/api/v2/customers",
            Outcome = end.Outcome,
            Reason = end.Reason,
            Xid = end.Click ? "xid" : null,
            PartnerKey = Coin() ? Partner() : null,
            Caller = end.Outcome == Outcome.Unauthorized ? null : Pick(s_callers),
        };
        if (end.Outcome == Outcome.Shadowed)
        {
            Judge(record);
        }

        LogEvents.RequestHandled(_log, record, "POST", 200, Wait());
    }

    // Some are reported several times, and not always with the same end; some logs name nobody.
    private void Judge(RequestRecord record)
    {
        record.WouldBe = record.Reason is null ? Outcome.Converted : Outcome.Fallback;
        record.CustomerRef = _random.Next(20) == 0 ? null : $"{_random.Next(100_000):x32}";
        record.PartnerKey = $"partner-{_random.Next(40)}";
        record.PartnerMismatch = record.Reason == Reasons.PartnerMismatch;
        record.ClickPartnerKey = record.Xid is null || Coin() ? null : record.PartnerMismatch ? $"partner-{_random.Next(5)}" : record.PartnerKey;
        record.SubIds = record.Xid is null || Coin() ? null : [$"sub-{_random.Next(10)}", "spring"];
        record.NoHome = _random.Next(10) == 0 ? "member_key" : null;
        record.BodyBytes = record.WouldBe == Outcome.Converted ? 120 : null;
    }

    // From microseconds to minutes, as latencies of troubled systems are.
    private TimeSpan Wait() => TimeSpan.FromMilliseconds(Math.Exp((_random.NextDouble() * 18) - 7));

    // From minutes to years.
    private TimeSpan Age() => TimeSpan.FromMilliseconds(Math.Round(Math.Exp(11 + (_random.NextDouble() * 14)), 3));

    private Referral Referral() => new("xid", _random.Next(50) == 0 ? null : Brought(), SubIds() is { } subIds ? string.Join('|', subIds) : null, default);

    private Sale Sale() => new(_random.Next(-1_000, 100_000) / 100m, _random.Next(3) switch { 0 => "USD", 1 => "EUR", _ => null });

    private string Customer() => $"{_random.Next(200_000):x32}";

    private string Brought() => $"partner-{_random.Next(1_000)}";

    private string[]? SubIds() => _random.Next(3) switch
    {
        0 => null,
        1 => [$"sub-{_random.Next(10_000)}"],
        _ => [$"sub-{_random.Next(10_000)}", $"place-{_random.Next(9)}"],
    };

    // A few known ones, and those that nobody has heard of: a caller may invent as many as it likes.
    private string Partner() => $"partner-{_random.Next(_random.Next(50) == 0 ? int.MaxValue : 40)}";

    private bool Coin() => _random.Next(2) == 0;

    private T Pick<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];
}

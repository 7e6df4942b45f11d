using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Conversions;
using ProxyShim.Customers;
using ProxyShim.Rollout;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Output;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

// Golden lines: a dashboard reads exactly these.
public sealed class LogEventsTests
{
    private static readonly LoggedConversion s_conversion = new("0123456789abcdef0123456789abcdef", "xid-1", "partner", "default", "4bf92f3577b34da6a3ce929d0e0e4736");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));
    private readonly CapturedLog _log;

    public LogEventsTests() => _log = new CapturedLog(_time);

    [Fact]
    public void A_converted_request()
    {
        var record = new RequestRecord
        {
            TraceId = s_conversion.TraceId!,
            Route = "/api/v2/customers",
            Outcome = Outcome.Converted,
            UpstreamStatus = 200,
            Attempts = 1,
            Xid = "xid-1",
            PartnerKey = "partner",
            Caller = "default",
            Redis = TimeSpan.FromMicroseconds(412),
            Upstream = TimeSpan.FromMicroseconds(8_201.7),
            CustomerRef = s_conversion.CustomerRef,
        };

        LogEvents.RequestHandled(_log.Events, record, "POST", 200, TimeSpan.FromMilliseconds(9));

        AssertLine(
            """
            {"@t":"2026-05-04T03:02:01.0000000Z","Event":"RequestHandled","SchemaVersion":1,"Outcome":"converted","Reason":null,"Route":"/api/v2/customers",
            "Method":"POST","Status":200,"UpstreamStatus":200,"Attempts":1,"Ambiguous":false,"CustomerRef":"0123456789abcdef0123456789abcdef","Xid":"xid-1",
            "PartnerKey":"partner","PartnerMismatch":false,"Caller":"default","Mode":"Live","WouldBe":null,
            "ClickPartnerKey":null,"SubIds":null,"ClickAgeMs":null,"SignupAgeMs":null,"Amount":null,"Currency":null,"NoHome":null,"BodyBytes":null,"ElapsedMs":9,"RedisMs":0.412,"UpstreamMs":8.202,"Cut":null,
            "TraceId":"4bf92f3577b34da6a3ce929d0e0e4736"}
            """);
    }

    [Fact]
    public void A_request_of_which_nothing_is_known()
    {
        LogEvents.RequestHandled(
            _log.Events, new RequestRecord { TraceId = s_conversion.TraceId!, Route = "other", Reason = Reasons.UnknownCaller, Rollout = RolloutPlan.Usual with { Mode = RolloutMode.Off } }, "OTHER", 404, default);

        AssertLine(
            """
            {"@t":"2026-05-04T03:02:01.0000000Z","Event":"RequestHandled","SchemaVersion":1,"Outcome":"passthrough","Reason":"unknown_caller","Route":"other",
            "Method":"OTHER","Status":404,"UpstreamStatus":null,"Attempts":0,"Ambiguous":false,"CustomerRef":null,"Xid":null,"PartnerKey":null,
            "PartnerMismatch":false,"Caller":null,"Mode":"Off","WouldBe":null,"ClickPartnerKey":null,"SubIds":null,"ClickAgeMs":null,"SignupAgeMs":null,"Amount":null,"Currency":null,"NoHome":null,
            "BodyBytes":null,"ElapsedMs":0,"RedisMs":0,"UpstreamMs":0,"Cut":null,"TraceId":"4bf92f3577b34da6a3ce929d0e0e4736"}
            """);
    }

    [Fact]
    public void An_attempt()
    {
        LogEvents.DeliveryAttempted(
            _log.Events, s_conversion, inline: false, attempt: 3, AttemptResult.Misconfigured.Name(), 401, null, TimeSpan.FromMilliseconds(12.5),
            TimeSpan.FromSeconds(90));

        AssertLine(
            """
            {"@t":"2026-05-04T03:02:01.0000000Z","Event":"DeliveryAttempted","SchemaVersion":1,"Result":"operator_fault","Status":401,"Error":null,
            "Inline":false,"Attempt":3,"ElapsedMs":12.5,"AgeMs":90000,
            "CustomerRef":"0123456789abcdef0123456789abcdef","Xid":"xid-1","PartnerKey":"partner","Caller":"default","TraceId":"4bf92f3577b34da6a3ce929d0e0e4736"}
            """);
    }

    [Theory]
    [InlineData("Sent", "sent")]
    [InlineData("NotDelivered", "nothing_landed")]
    [InlineData("Ambiguous", "ambiguous")]
    [InlineData("Misconfigured", "operator_fault")]
    [InlineData("Refused", "refused")]
    public void An_attempt_that_ended_without_a_status(string meaning, string name)
    {
        LogEvents.DeliveryAttempted(
            _log.Events, default, inline: true, attempt: 1, Enum.Parse<AttemptResult>(meaning).Name(), null, "RequestTimedOut", default, default);

        AssertLine(
            $$"""
            {"@t":"2026-05-04T03:02:01.0000000Z","Event":"DeliveryAttempted","SchemaVersion":1,"Result":"{{name}}","Status":null,"Error":"request_timed_out",
            "Inline":true,"Attempt":1,"ElapsedMs":0,"AgeMs":0,"CustomerRef":null,"Xid":null,"PartnerKey":null,"Caller":null,"TraceId":null}
            """);
    }

    [Fact]
    public void Every_meaning_of_an_answer_has_a_name() =>
        Assert.Distinct(Enum.GetValues<AttemptResult>().Select(AnswerMeanings.Name));

    [Fact]
    public void A_sent_conversion()
    {
        LogEvents.ConversionSent(_log.Events, s_conversion, inline: true, attempts: 2, TimeSpan.FromMilliseconds(230), ["blog", "top"], TimeSpan.FromHours(1));

        AssertLine(
            """
            {"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionSent","SchemaVersion":1,"Inline":true,"Attempts":2,"AgeMs":230,"SubIds":"blog|top","ClickAgeMs":3600000,
            "CustomerRef":"0123456789abcdef0123456789abcdef","Xid":"xid-1","PartnerKey":"partner","Caller":"default","TraceId":"4bf92f3577b34da6a3ce929d0e0e4736",
            "Cut":null}
            """);
    }

    [Fact]
    public void A_verified_conversion()
    {
        LogEvents.ConversionVerified(
            _log.Events, s_conversion, "already_existed", attempts: 1, readBacks: 2, TimeSpan.FromMinutes(16), TimeSpan.FromMinutes(15.5), ["blog", "top"]);

        AssertLine(
            """
            {"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionVerified","SchemaVersion":1,"Reason":"already_existed","Attempts":1,"ReadBacks":2,
            "AgeMs":960000,"SinceAttemptMs":930000,"SubIds":"blog|top",
            "CustomerRef":"0123456789abcdef0123456789abcdef","Xid":"xid-1","PartnerKey":"partner","Caller":"default","TraceId":"4bf92f3577b34da6a3ce929d0e0e4736",
            "Cut":null}
            """);
    }

    [Fact]
    public void A_phantom()
    {
        LogEvents.ConversionPhantom(_log.Events, s_conversion, attempts: 1, resends: 0, TimeSpan.FromMinutes(16), TimeSpan.FromMinutes(15));

        AssertLine(
            """
            {"@t":"2026-05-04T03:02:01.0000000Z","@l":"Warning","Event":"ConversionPhantom","SchemaVersion":1,"Attempts":1,"Resends":0,
            "AgeMs":960000,"SinceAttemptMs":900000,
            "CustomerRef":"0123456789abcdef0123456789abcdef","Xid":"xid-1","PartnerKey":"partner","Caller":"default","TraceId":"4bf92f3577b34da6a3ce929d0e0e4736"}
            """);
    }

    [Fact]
    public void A_dead_conversion()
    {
        LogEvents.ConversionDead(_log.Events, s_conversion, "expired", attempts: 40, 503, null, TimeSpan.FromDays(3));

        AssertLine(
            """
            {"@t":"2026-05-04T03:02:01.0000000Z","@l":"Error","Event":"ConversionDead","SchemaVersion":1,"Reason":"expired","Attempts":40,"Status":503,
            "Error":null,"AgeMs":259200000,
            "CustomerRef":"0123456789abcdef0123456789abcdef","Xid":"xid-1","PartnerKey":"partner","Caller":"default","TraceId":"4bf92f3577b34da6a3ce929d0e0e4736"}
            """);
    }

    [Fact]
    public void What_a_person_decided()
    {
        LogEvents.ConversionReplayed(_log.Events, s_conversion, "ops", "expired", attempts: 40, TimeSpan.FromDays(3));

        AssertLine(
            """
            {"@t":"2026-05-04T03:02:01.0000000Z","Event":"ConversionReplayed","SchemaVersion":1,"By":"ops","Reason":"expired","Attempts":40,"AgeMs":259200000,
            "CustomerRef":"0123456789abcdef0123456789abcdef","Xid":"xid-1","PartnerKey":"partner","Caller":"default","TraceId":"4bf92f3577b34da6a3ce929d0e0e4736"}
            """);
    }

    [Theory]
    [InlineData(401, "unauthorized")]
    [InlineData(403, "forbidden")]
    [InlineData(302, "redirect")]
    public void An_alert(int status, string detail)
    {
        LogEvents.Alert(_log.Events, Alert.OfConversionApi(status));

        AssertLine($$"""{"@t":"2026-05-04T03:02:01.0000000Z","@l":"Error","Event":"Alert","SchemaVersion":1,"Alert":"token_refused","Detail":"{{detail}}"}""");
    }

    [Fact]
    public void A_text_from_outside_cannot_end_the_line_nor_fill_the_log()
    {
        var hostile = "a\"\\\r\n\t\u0000\u0085\u2028\ud800é" + new string('x', 10_000);

        LogEvents.ConversionSent(_log.Events, s_conversion with { PartnerKey = hostile, Xid = new string('x', 255) + "😀" }, inline: true, attempts: 1, default, null, null);

        var line = Assert.Single(_log.Lines);
        Assert.DoesNotContain(line, character => char.IsControl(character) || character == '\u2028');
        var entry = Assert.Single(_log.Entries);
        Assert.Equal(256, entry.GetProperty("PartnerKey").GetString()!.Length);
        Assert.StartsWith("a\"\\\r\n\t\u0000\u0085\u2028\ufffdé", entry.GetProperty("PartnerKey").GetString(), StringComparison.Ordinal);
        Assert.Equal(new string('x', 255) + '\ufffd', entry.GetProperty("Xid").GetString());
        Assert.Equal("Xid PartnerKey", entry.GetProperty("Cut").GetString());
    }

    [Fact]
    public void A_sale()
    {
        var record = new RequestRecord
        {
            TraceId = s_conversion.TraceId!,
            Route = "/api/v2/transactions",
            UpstreamStatus = 200,
            Caller = "default",
            CustomerRef = s_conversion.CustomerRef,
            Referral = new Referral("xid-1", "partner", "blog|top", DateTimeOffset.UnixEpoch),
            SignupAge = TimeSpan.FromDays(3),
            Sale = new Sale(49.90m, "EUR"),
        };

        LogEvents.RequestHandled(_log.Events, record, "POST", 200, TimeSpan.FromMilliseconds(9));

        AssertLine(
            """
            {"@t":"2026-05-04T03:02:01.0000000Z","Event":"RequestHandled","SchemaVersion":1,"Outcome":"passthrough","Reason":null,"Route":"/api/v2/transactions",
            "Method":"POST","Status":200,"UpstreamStatus":200,"Attempts":0,"Ambiguous":false,"CustomerRef":"0123456789abcdef0123456789abcdef","Xid":"xid-1",
            "PartnerKey":"partner","PartnerMismatch":false,"Caller":"default","Mode":"Live","WouldBe":null,"ClickPartnerKey":null,"SubIds":"blog|top",
            "ClickAgeMs":null,"SignupAgeMs":259200000,"Amount":49.90,"Currency":"EUR","NoHome":null,"BodyBytes":null,"ElapsedMs":9,"RedisMs":0,"UpstreamMs":0,
            "Cut":null,"TraceId":"4bf92f3577b34da6a3ce929d0e0e4736"}
            """);
    }

    [Fact]
    public void What_gives_an_address_away_is_named_by_a_pseudonym()
    {
        string[] addresses =
        [
            "ann@example.com", "ann%40example.com", "ann%2540example.com", "YW5uQGV4YW1wbGUuY29t", "ann\uFF20example.com", "amFuZUBhY21lLmNvbQ%3D%3D",
            "asO8cmdlbkBmaXJtYS5kZQ",
        ];
        foreach (var address in addresses)
        {
            LogEvents.ConversionSent(_log.Events, s_conversion with { PartnerKey = address }, inline: true, attempts: 1, default, ["blog", address, "top"], null);
        }

        Assert.All(_log.Lines, line => Assert.All(addresses, address => Assert.DoesNotContain(address, line, StringComparison.Ordinal)));
        Assert.All(_log.Entries, entry => Assert.Matches("^[0-9a-f]{32}$", entry.GetProperty("PartnerKey").GetString()));
        Assert.All(_log.Entries, entry => Assert.Matches(@"^blog\|[0-9a-f]{32}\|top$", entry.GetProperty("SubIds").GetString()));
        Assert.Distinct(_log.Entries.Select(entry => entry.GetProperty("PartnerKey").GetString()));
    }

    [Theory]
    [InlineData("editorialdepartment9381")]
    [InlineData("ZWRpdG9yaWFsZGVwYXJ0bWVudDkzODE")]
    [InlineData("100%organic")]
    public void Another_partner_is_named_as_it_is(string partner)
    {
        LogEvents.ConversionSent(_log.Events, s_conversion with { PartnerKey = partner }, inline: true, attempts: 1, default, null, null);

        Assert.Equal(partner, Assert.Single(_log.Entries).GetProperty("PartnerKey").GetString());
    }

    [Fact]
    public void SubIDs_are_cut_between_two_of_them()
    {
        string[] subIds = [new('a', 100), new('b', 100), new('c', 53), "d", "e"];

        LogEvents.ConversionSent(_log.Events, s_conversion, inline: true, attempts: 1, default, subIds[..3], null);
        LogEvents.ConversionSent(_log.Events, s_conversion, inline: true, attempts: 1, default, subIds, null);
        LogEvents.ConversionSent(_log.Events, s_conversion, inline: true, attempts: 1, default, [new('a', 257), "b"], null);

        Assert.Equal(
            [(string.Join('|', subIds[..3]), null), (string.Join('|', subIds[..3]), "SubIds"), (new string('a', 256), "SubIds")],
            _log.Entries.Select(entry => (entry.GetProperty("SubIds").GetString(), entry.GetProperty("Cut").GetString())));
    }

    [Fact]
    public void No_caller_and_no_click_makes_a_line_of_eight_kibibytes()
    {
        // What is escaped to six bytes, or twelve; what is as long as a claim lets it be, or longer.
        var text = Gen.OneOf(
            Gen.Char[(char)0, (char)31].Array[0, 300].Select(letters => new string(letters)), Gen.String[0, 600],
            Gen.Int[0, 300].Select(length => string.Concat(Enumerable.Repeat("😀", length))), Gen.Const(new string('\u0001', 70_000)));
        var xid = Gen.Char['!', '~'].Array[1, 255].Select(letters => new string(letters));
        var customer = Gen.OneOf(Gen.Const(new string('\u0001', 255)), Gen.Const(new string('"', 255)), Gen.String[1, 80]);
        Gen.Select(text, text, text.Array[0, 64], xid, customer, Gen.Decimal).Sample(
            (partner, clickPartner, subIds, click, name, amount) =>
            {
                var log = new CapturedLog(_time);
                var record = new RequestRecord
                {
                    TraceId = s_conversion.TraceId!,
                    Route = "/api/v2/partnerships/{key}",
                    Caller = "default",
                    Reason = Reasons.DuplicateDiffers,
                    Xid = click,
                    CustomerRef = name,
                    PartnerKey = partner,
                    ClickPartnerKey = clickPartner,
                    SubIds = subIds,
                    Sale = new Sale(amount, "USD"),
                    SignupAge = TimeSpan.MaxValue,
                    ClickAge = TimeSpan.MaxValue,
                };
                var conversion = new LoggedConversion(name, click, partner, "default", s_conversion.TraceId);
                LogEvents.RequestHandled(log.Events, record, "OPTIONS", 200, TimeSpan.MaxValue);
                LogEvents.ConversionSent(log.Events, conversion, true, int.MaxValue, TimeSpan.MaxValue, subIds, TimeSpan.MaxValue);

                Assert.All(log.Lines, line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 1, 8191));
                Assert.All(log.Entries, entry => Assert.Equal(
                    partner.Length > 256 && !partner.Contains('@', StringComparison.Ordinal),
                    (entry.GetProperty("Cut").GetString() ?? "").Split(' ').Contains("PartnerKey")));
            }, iter: 200);
    }

    [Fact]
    public void An_event_costs_next_to_no_memory()
    {
        var log = new EventLog(ShimLogging.CreateLogger(new Nowhere()), _time);
        var record = new RequestRecord { TraceId = s_conversion.TraceId!, Route = "/api/v2/customers", Xid = "xid-1", PartnerKey = "partner", Caller = "default", CustomerRef = s_conversion.CustomerRef };
        var write = () => LogEvents.RequestHandled(log, record, "POST", 200, TimeSpan.FromMilliseconds(9.123));
        write();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 100; count++)
        {
            write();
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 512);
    }

    private void AssertLine(string golden) => Assert.Equal(golden.ReplaceLineEndings(""), Assert.Single(_log.Lines));

    private sealed class Nowhere : ILineOutput
    {
        public void Write(ReadOnlySpan<byte> line)
        {
        }
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using ProxyShim.Clicks;
using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.FollowUps;
using ProxyShim.Http;
using ProxyShim.Ledger;
using ProxyShim.Management.Admin;
using ProxyShim.Management.Reporting;
using ProxyShim.Primitives;
using ProxyShim.Rollout;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Tests.Settings;
using StackExchange.Redis;
using static ProxyShim.Fuzzing.BrokenPromiseException;

namespace ProxyShim.Fuzzing;

/// <summary>Every reader of outside text, and what it promises of any bytes.</summary>
internal static partial class Surfaces
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch.AddDays(20_000);

    private static readonly Hosting.ShimSettings s_settings = Given.Settings();

    private static readonly byte[] s_refused = """{"xid":"X1","customer_key":"c","email":"canary@example.com"}"""u8.ToArray();

    private static readonly RequestField[] s_fromRequest = [RequestField.TryParse("meta.ps_xid")!, RequestField.TryParse("ps_xid")!];

    private static readonly LogEntry[] s_entries = [.. Enum.GetValues<ReportKind>().Select(kind => new LogEntry(new StringPool(), kind))];

    private static readonly CustomerRequest[] s_customers =
    [
        new(Key("c"), "c@example.com", "lovelace", null, null, null), new(Key("c"), "c@example.com", "lovelace", null, null, """{"plan":"pro"}"""u8.ToArray()),
    ];

    private static readonly string[] s_methods = ["GET", "POST", "post", "PATCH", "PUT", "DELETE", ""];

    private static readonly HttpStatusCode[] s_statuses = [HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.InternalServerError];

    public static IReadOnlyList<Surface> All { get; } =
    [
        new("creation", Creation),
        new("click", StoredClick),
        new("click-report", ReportedClick),
        new("import", ImportSurface.Read),
        new("retry-after", RetryAfter),
        new("read-back", ReadBack),
        new("refusal", Refusal),
        new("rollout", Rollout),
        new("log-line", LogLine),
        new("follow-up", FollowUpBody),
        new("target", Target),
    ];

    /// <exception cref="FormatException">None has that name.</exception>
    public static Surface Named(string name) => All.FirstOrDefault(surface => surface.Name == name) ?? throw new FormatException($"no surface {name}");

    // With the click that it may bring itself (Clicks:FromRequest).
    private static void Creation(byte[] json)
    {
        foreach (var version in CustomerApiVersion.All)
        {
            var request = CustomerRequestReader.Read(json, version, out var reason);
            Unless(request is null == reason is not null, "there is a request or a reason");
            if (request is null)
            {
                continue;
            }

            var own = RequestClick.Take(request, json, s_fromRequest);
            using var conversion = JsonDocument.Parse(StoredConversion.Compose(own, own.Click ?? Click("X1")).Conversion);
            Unless(conversion.RootElement.GetProperty("customer_key").GetString() == request.CustomerKey.Value, "the conversion names the customer");
            Unless(conversion.RootElement.EnumerateObject().All(static member => member.Value.ValueKind switch
            {
                JsonValueKind.String => member.Value.GetString()!.Length > 0,
                JsonValueKind.Object => member.Name == "meta" && member.Value.EnumerateObject().Any(),
                _ => false,
            }), "no field of it is empty");
        }
    }

    private static void StoredClick(byte[] bytes)
    {
        Bounded(ClickReader.FromString(bytes));
        Bounded(ClickReader.FromHash([new("xid", "X1"), new("sub_ids", bytes), new("origin", bytes), new("partner_key", bytes), new(bytes, bytes)]));
        Bounded(ClickReader.FromHash([new("xid", bytes)]));
    }

    private static void ReportedClick(byte[] bytes)
    {
        var click = ClickForm.Read(bytes, s_now, out var problem);
        Unless(click is null == problem is not null, "there is a click or a word what to write");
        Bounded(click?.Click);
    }

    private static void RetryAfter(byte[] bytes)
    {
        using var answer = new HttpResponseMessage();
        answer.Headers.TryAddWithoutValidation("Retry-After", Encoding.Latin1.GetString(bytes));
        var wait = new Backoff(s_settings.Delivery, static () => 0.5).After(1, RetryAfterHeader.WaitOf(answer.Headers.RetryAfter, TimeProvider.System));
        Unless(wait > TimeSpan.Zero && wait <= Backoff.LongestOf(s_settings.Delivery), "a wait is more than nothing and no longer than the longest");
    }

    private static void ReadBack(byte[] bytes)
    {
        foreach (var status in s_statuses)
        {
            Unless(
                CustomerReader.Judge(status, bytes, Key("c")).Result switch
                {
                    ReadBackResult.Found => status == HttpStatusCode.OK,
                    ReadBackResult.Absent => status == HttpStatusCode.NotFound,
                    _ => true,
                },
                "what is not certain is unknown");
        }
    }

    private static void Refusal(byte[] bytes)
    {
        var message = ConversionForwarder.MessageIn(bytes);
        var shown = RefusalText.Of(message, s_refused) ?? "";
        Unless(
            shown.Length <= RefusalText.MaxLength && !shown.Any(char.IsControl)
                && !Words().Matches(shown).Any(static word => word.Value.Equals("canary", StringComparison.OrdinalIgnoreCase)),
            "it is one short line without what the customer told");
        Unless(!Escaped().IsMatch(shown), "no word of it reads otherwise when its escapes are undone");

        // Only what closes it ends it, and escapes may hide that.
        var quoted = RefusalText.Of($"“{message?.Replace("”", "", StringComparison.Ordinal).Replace("&", "", StringComparison.Ordinal)} stranger” has it", s_refused)!;
        Unless(Words().Matches(quoted).All(static word => word.Value is "has" or "it"), "what stands in quotation marks is hidden whole");
    }

    private static void Rollout(byte[] bytes)
    {
        var form = new RolloutForm(s_settings.Rollout, s_settings.RolloutBounds);
        var plan = form.Read(bytes);
        Unless(
            form.Wrong.Count > 0
                ? form.Wrong.All(static wrong => wrong.Write.Length > 0)
                : Enum.IsDefined(plan.Mode) && plan.Percent is >= 0 and <= RolloutPlan.Everybody && !s_settings.RolloutBounds.ProblemsOf(plan).Any(),
            "there is a rollout within its bounds or a word what is wrong");
    }

    private static void LogLine(byte[] bytes)
    {
        foreach (var entry in s_entries)
        {
            Unless(!entry.TryRead(bytes) || (entry.Event.Length > 0 && entry.Time != default), "it is an event or none");
        }
    }

    private static void FollowUpBody(byte[] bytes)
    {
        foreach (var row in FollowUpTable.Rows)
        {
            Unless(FollowUp.OfBody(row, CustomerApiVersion.V2, bytes) is not { CustomerKey.Value.Length: 0 }, "a customer has a name");
        }

        var sale = Sale.Read(bytes);
        Unless(sale.Currency is null or { Length: 3 }, "a currency has three letters");
        if (CallKeeper.IsObject(bytes))
        {
            foreach (var customer in s_customers)
            {
                var patched = CustomerPatch.Apply(customer, bytes);
                Unless(patched.CustomerKey == customer.CustomerKey, "nothing makes another customer of it");
                Answers(new CustomerObject(CustomerApiVersion.V2, patched, [], s_now, Test: false, IsRead: true).Write, "a read of it");
            }

            Answers(new KeptObject(CustomerApiVersion.V2, bytes).Write, "the answer of what is kept");
        }
    }

    private static void Target(byte[] bytes)
    {
        var target = Encoding.Latin1.GetString(bytes);
        var path = RawTarget.PathOf(target);
        foreach (var method in s_methods)
        {
            var creates = CustomerApiVersion.TryMatch(method, path, out _);
            Unless(!creates || FollowUp.OfPath(method, path) is null, "what creates follows up nothing");
            Unless(!creates || CustomerApiVersion.OddityOf(method, path) is not Reasons.UnusualMethod, "what creates is no other method");
            Unless(FollowUp.RowOf(method, path) is null || !creates, "what creates names nobody who exists");
        }

        Unless(RouteName.OfPath(path).Length > 0, "a route has a name");
        if (target is ['/', ..])
        {
            Unless(RawTarget.On("http://127.0.0.1:1", target).Port == 1, "no target leads elsewhere");
        }
    }

    private static void Answers(Action<Utf8JsonWriter, int> write, string what)
    {
        var (answer, _) = JsonText.Write(write, static (json, write) =>
        {
            write(json, 200);
            return 0;
        });
        Unless(Utf8.IsValid(answer), $"{what} is UTF-8");
        using var document = JsonDocument.Parse(answer);
        Unless(document.RootElement.GetProperty("data").ValueKind == JsonValueKind.Object, $"{what} has its data");
    }

    private static void Bounded(Click? click) => Unless(
        click is null || (click.Xid.Value.Length is > 0 and <= 255
            && new[] { $"{click.PartnerKey}", $"{click.Origin}", $"{click.UserAgent}", $"{click.ExternalType}" }.All(static field => field.Length <= ClickBounds.Field)
            && click.SubIds is null or { Count: > 0 and <= ClickBounds.SubIds }),
        "a click is within its bounds");

    // What the customer told is hidden word by word.
    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"[\\&%][\p{L}\p{N}]")]
    private static partial Regex Escaped();

    private static Click Click(string text) => Xid.TryParse(text, out var xid) ? new(xid) : throw new ArgumentException(text);

    private static CustomerKey Key(string text) => CustomerKey.TryCreate(text, out var key) ? key : throw new ArgumentException(text);
}

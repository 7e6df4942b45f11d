using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Rollout;
using ProxyShim.Settings;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Output;
using Serilog.Events;

namespace ProxyShim.Telemetry;

/// <summary>The events of the log. Names and types of their fields are a contract: <c>config/log-event.schema.json</c> says what each means.</summary>
/// <remarks>
/// Not <c>[LoggerMessage]</c>: through Microsoft.Extensions.Logging an event of twenty fields allocates some 4 KB (measured) and drags in whatever scopes are
/// open, the
/// request's path among them. Written straight into a line it allocates a tenth of a kilobyte, and nothing gets in that is not named here.
/// </remarks>
internal static class LogEvents
{
    /// <summary>Grows when a field is renamed or retyped, never for a new one.</summary>
    public const int SchemaVersion = 1;

    // A sentence of the shim's own, with a value of the settings in it.
    private const int MaxSentence = 512;

    /// <summary>One per legacy request.</summary>
    /// <param name="status">What the caller got; null for one who had hung up.</param>
    public static void RequestHandled(
        EventLog log, RequestRecord record, string method, int? status, TimeSpan elapsed) => log.Write(log
            .Begin("RequestHandled"u8)
            .Text("Outcome"u8, record.Outcome.Name)
            .Text("Reason"u8, record.Reason)
            .Text("Route"u8, record.Route)
            .Text("Method"u8, method)
            .Number("Status"u8, status)
            .Number("UpstreamStatus"u8, record.UpstreamStatus)
            .Number("Attempts"u8, record.Attempts)
            .Flag("Ambiguous"u8, record.Ambiguous)
            .Text("CustomerRef"u8, record.CustomerRef)
            .Text("Xid"u8, record.Xid ?? record.Referral?.Xid)
            .Partner("PartnerKey"u8, record.PartnerKey ?? record.Referral?.PartnerKey)
            .Flag("PartnerMismatch"u8, record.PartnerMismatch)
            .Text("Caller"u8, record.Caller)
            .Text("Mode"u8, NameOf(record.Rollout.Mode))
            .Text("WouldBe"u8, record.WouldBe?.Name)
            .Partner("ClickPartnerKey"u8, record.ClickPartnerKey)
            .SubIds(record.SubIds, record.JoinedSubIds ?? record.Referral?.SubIds)
            .Milliseconds("ClickAgeMs"u8, record.ClickAge)
            .Milliseconds("SignupAgeMs"u8, record.SignupAge)
            .Amount("Amount"u8, record.Sale.Amount)
            .Text("Currency"u8, record.Sale.Currency)
            .Text("NoHome"u8, record.NoHome)
            .Number("BodyBytes"u8, record.BodyBytes)
            .Milliseconds("ElapsedMs"u8, elapsed)
            .Milliseconds("RedisMs"u8, record.Redis)
            .Milliseconds("UpstreamMs"u8, record.Upstream)
            .Cuts()
            .Text("TraceId"u8, record.TraceId));

    /// <summary>One per attempt at the Conversion API.</summary>
    /// <param name="inline">While the legacy caller waits; else in the background.</param>
    /// <param name="attempt">Counted from 1 over the conversion's whole life.</param>
    /// <param name="result">What the answer means: a name from the closed set of the schema.</param>
    /// <param name="status">The status, or null when none came.</param>
    /// <param name="error">How an attempt without a status ended, in a word; or null.</param>
    /// <param name="elapsed">How long this attempt took.</param>
    /// <param name="age">Since the claim.</param>
    public static void DeliveryAttempted(
        EventLog log, in LoggedConversion conversion, bool inline, int attempt, string result, int? status, string? error, TimeSpan elapsed, TimeSpan age) => log.Write(log
            .Begin("DeliveryAttempted"u8)
            .Text("Result"u8, result)
            .Number("Status"u8, status)
            .Text("Error"u8, WordOf(error))
            .Flag("Inline"u8, inline)
            .Number("Attempt"u8, attempt)
            .Milliseconds("ElapsedMs"u8, elapsed)
            .Milliseconds("AgeMs"u8, age)
            .Conversion(conversion));

    /// <summary>Exactly once per conversion: the one to count.</summary>
    /// <param name="inline">Before the legacy caller was answered.</param>
    /// <param name="attempts">All of its attempts.</param>
    /// <param name="age">Since the claim.</param>
    /// <param name="subIds">The click's.</param>
    /// <param name="clickAge">From the click to the claim; null where that is not known.</param>
    /// <param name="joined">The subIDs as <see cref="CustomerRef.OfSubIds"/> has joined them; null where that has not been done.</param>
    public static void ConversionSent(
        EventLog log, in LoggedConversion conversion, bool inline, int attempts, TimeSpan age, IReadOnlyList<string>? subIds, TimeSpan? clickAge,
        string? joined = null) => log.Write(log
            .Begin("ConversionSent"u8)
            .Flag("Inline"u8, inline)
            .Number("Attempts"u8, attempts)
            .Milliseconds("AgeMs"u8, age)
            .SubIds(subIds, joined)
            .Milliseconds("ClickAgeMs"u8, clickAge)
            .Conversion(conversion)
            .Cuts());

    /// <summary>A read-back has proved it.</summary>
    /// <param name="reason"><c>already_existed</c>, or null.</param>
    /// <param name="readBacks">Read-backs of this conversion, this one included.</param>
    /// <param name="age">Since the claim.</param>
    /// <param name="sinceAttempt">Since the last attempt.</param>
    /// <param name="subIds">The click's.</param>
    public static void ConversionVerified(
        EventLog log, in LoggedConversion conversion, string? reason, int attempts, int readBacks, TimeSpan age, TimeSpan sinceAttempt,
        IReadOnlyList<string>? subIds = null) => log.Write(log
            .Begin("ConversionVerified"u8)
            .Text("Reason"u8, reason)
            .Number("Attempts"u8, attempts)
            .Number("ReadBacks"u8, readBacks)
            .Milliseconds("AgeMs"u8, age)
            .Milliseconds("SinceAttemptMs"u8, sinceAttempt)
            .SubIds(subIds, null)
            .Conversion(conversion)
            .Cuts());

    /// <summary>A read-back has proved that it never landed.</summary>
    /// <param name="resends">How often it was sent again for that before.</param>
    /// <param name="age">Since the claim.</param>
    /// <param name="sinceAttempt">Since the last attempt.</param>
    public static void ConversionPhantom(
        EventLog log, in LoggedConversion conversion, int attempts, int resends, TimeSpan age, TimeSpan sinceAttempt) =>
        log.Write(log
            .Begin("ConversionPhantom"u8, LogEventLevel.Warning)
            .Number("Attempts"u8, attempts)
            .Number("Resends"u8, resends)
            .Milliseconds("AgeMs"u8, age)
            .Milliseconds("SinceAttemptMs"u8, sinceAttempt)
            .Conversion(conversion));

    /// <summary>Given up; a person must judge.</summary>
    /// <param name="reason">A name from the closed set of the schema.</param>
    /// <param name="status">The last attempt's status, or null.</param>
    /// <param name="error">How the last attempt ended without a status, in a word; or null.</param>
    /// <param name="age">Since the claim.</param>
    public static void ConversionDead(
        EventLog log, in LoggedConversion conversion, string reason, int attempts, int? status, string? error, TimeSpan age) => log.Write(log
            .Begin("ConversionDead"u8, LogEventLevel.Error)
            .Text("Reason"u8, reason)
            .Number("Attempts"u8, attempts)
            .Number("Status"u8, status)
            .Text("Error"u8, WordOf(error))
            .Milliseconds("AgeMs"u8, age)
            .Conversion(conversion));

    /// <summary>A customer whose click was not there waits for it no longer.</summary>
    /// <param name="result">Of <see cref="Metrics.HoldEnd"/>.</param>
    /// <param name="reason">Why there is no conversion; null where there will be one.</param>
    /// <param name="attempts">How often the original request was handed to the Customer API.</param>
    /// <param name="status">What the Customer API answered; null where it was not asked.</param>
    /// <param name="age">Since the app's call.</param>
    public static void HoldEnded(
        EventLog log, in LoggedConversion conversion, string result, string? reason, int attempts, int? status, TimeSpan age) => log.Write(log
            .Begin("HoldEnded"u8)
            .Text("Result"u8, result)
            .Text("Reason"u8, reason)
            .Number("Status"u8, status)
            .Number("Attempts"u8, attempts)
            .Milliseconds("AgeMs"u8, age)
            .Conversion(conversion));

    /// <summary>A person has a dead letter delivered after all.</summary>
    /// <param name="by">The name of their management token.</param>
    /// <param name="reason">Why it was dead.</param>
    /// <param name="age">Since the claim.</param>
    public static void ConversionReplayed(EventLog log, in LoggedConversion conversion, string by, string? reason, int attempts, TimeSpan age) =>
        Decided(log, "ConversionReplayed"u8, conversion, by, reason, attempts, age);

    /// <summary>A person has given a dead letter up for good.</summary>
    /// <param name="by">The name of their management token.</param>
    /// <param name="reason">Why it was dead.</param>
    /// <param name="age">Since the claim.</param>
    public static void ConversionDiscarded(EventLog log, in LoggedConversion conversion, string by, string? reason, int attempts, TimeSpan age) =>
        Decided(log, "ConversionDiscarded"u8, conversion, by, reason, attempts, age);

    /// <summary>A call about a customer whom PartnerStack does not show yet is durable, and waits.</summary>
    /// <param name="reason">Why it was not forwarded, or its 404 not passed on.</param>
    public static void CallKept(EventLog log, in LoggedCall call, string reason) => log.Write(log
        .Begin("CallKept"u8)
        .Text("Reason"u8, reason)
        .Call(call));

    /// <summary>The Customer API took a kept call.</summary>
    /// <param name="age">Since it was kept.</param>
    /// <param name="referral">What brought its customer; null where nothing is known of that.</param>
    /// <param name="signupAge">From the sign-up to the call, when it came.</param>
    public static void CallPlayed(
        EventLog log, in LoggedCall call, int attempts, int status, TimeSpan age, Referral? referral, TimeSpan? signupAge, Sale sale) => log.Write(log
            .Begin("CallPlayed"u8)
            .Number("Status"u8, status)
            .Number("Attempts"u8, attempts)
            .Milliseconds("AgeMs"u8, age)
            .Text("Xid"u8, referral?.Xid)
            .Partner("PartnerKey"u8, referral?.PartnerKey)
            .SubIds(null, referral?.SubIds)
            .Milliseconds("SignupAgeMs"u8, signupAge)
            .Amount("Amount"u8, sale.Amount)
            .Text("Currency"u8, sale.Currency)
            .Call(call)
            .Cuts());

    /// <summary>A kept call is given up; a person must judge.</summary>
    /// <param name="reason">A name from the closed set of the schema.</param>
    /// <param name="status">The last attempt's status, or null.</param>
    /// <param name="age">Since it was kept.</param>
    public static void CallDead(EventLog log, in LoggedCall call, string reason, int attempts, int? status, TimeSpan age) => log.Write(log
        .Begin("CallDead"u8, LogEventLevel.Error)
        .Text("Reason"u8, reason)
        .Number("Status"u8, status)
        .Number("Attempts"u8, attempts)
        .Milliseconds("AgeMs"u8, age)
        .Call(call));

    /// <summary>A person has a dead call played after all.</summary>
    /// <param name="by">The name of their management token.</param>
    /// <param name="reason">Why it was dead.</param>
    /// <param name="age">Since it was kept.</param>
    public static void CallReplayed(EventLog log, in LoggedCall call, string by, string reason, TimeSpan age) =>
        Decided(log, "CallReplayed"u8, call, by, reason, age);

    /// <summary>A person has given a dead call up for good.</summary>
    /// <param name="by">The name of their management token.</param>
    /// <param name="reason">Why it was dead.</param>
    /// <param name="age">Since it was kept.</param>
    public static void CallDiscarded(EventLog log, in LoggedCall call, string by, string reason, TimeSpan age) =>
        Decided(log, "CallDiscarded"u8, call, by, reason, age);

    /// <summary>To be written when it begins, not each time it is noticed.</summary>
    public static void Alert(EventLog log, Alert alert) => log.Write(log
        .Begin("Alert"u8, LogEventLevel.Error)
        .Text("Alert"u8, alert.Name)
        .Text("Detail"u8, alert.Detail));

    /// <summary>A part of the shim is in trouble, in trouble for another reason, or no longer so.</summary>
    /// <param name="elapsed">Since it began.</param>
    public static void Degraded(EventLog log, Degradation degradation, TimeSpan elapsed, bool isOver) => log.Write(log
        .Begin("Degraded"u8, isOver ? LogEventLevel.Information : LogEventLevel.Warning)
        .Text("Part"u8, degradation.Part.Name)
        .Text("Reason"u8, degradation.Reason)
        .Text("Detail"u8, degradation.Detail)
        .Text("Action"u8, isOver ? null : degradation.Action)
        .Flag("Over"u8, isOver)
        .Instant("Since"u8, degradation.Since)
        .Milliseconds("ElapsedMs"u8, elapsed));

    /// <summary>Clicks were reported and not taken; at most once a minute and reason.</summary>
    /// <param name="reason">A name from the closed set of the schema.</param>
    /// <param name="count">With this reason, since the last such event.</param>
    public static void ClicksRefused(EventLog log, string reason, long count) => log.Write(log
        .Begin("ClicksRefused"u8, LogEventLevel.Warning)
        .Text("Reason"u8, reason)
        .Number("Count"u8, count));

    /// <summary>A person has written a customer's click, or taken it away.</summary>
    /// <param name="change"><c>written</c> or <c>deleted</c>.</param>
    /// <param name="by">The name of their management token.</param>
    /// <param name="xid">The click's; null where it was deleted.</param>
    public static void ClickChanged(EventLog log, string change, string by, string? customerRef, string? xid) => log.Write(log
        .Begin("ClickChanged"u8)
        .Text("Change"u8, change)
        .Text("By"u8, by)
        .Text("CustomerRef"u8, customerRef)
        .Text("Xid"u8, xid));

    /// <summary>A file of clicks has been read to its end.</summary>
    /// <param name="by">The name of the management token.</param>
    public static void ClicksImported(EventLog log, string by, long read, long written, long same, long older, long bad) => log.Write(log
        .Begin("ClicksImported"u8)
        .Text("By"u8, by)
        .Number("Read"u8, read)
        .Number("Written"u8, written)
        .Number("Same"u8, same)
        .Number("Older"u8, older)
        .Number("Bad"u8, bad));

    /// <summary>Once, after the first look at Redis.</summary>
    public static void Started(EventLog log, StartedWith start) => log.Write(log
        .Begin("Started"u8)
        .Text("Version"u8, start.Version)
        .Text("Mode"u8, start.Mode)
        .Flag("Test"u8, start.Test)
        .Text("CustomerApi"u8, start.CustomerApi)
        .Text("ConversionApi"u8, start.ConversionApi)
        .Text("Listeners"u8, start.Listeners, MaxSentence)
        .Text("Management"u8, start.Management)
        .Flag("Admin"u8, start.Admin)
        .Text("Capture"u8, start.Capture)
        .Text("Redis"u8, start.Redis, MaxSentence)
        .Flag("RedisTls"u8, start.RedisTls)
        .Text("RedisVersion"u8, start.RedisVersion)
        .Text("ClickKeys"u8, start.ClickKeys, MaxSentence)
        .Text("Callers"u8, start.Callers, MaxSentence)
        .Flag("Anonymous"u8, start.Anonymous)
        .Flag("Verification"u8, start.Verification)
        .Flag("TraceExport"u8, start.TraceExport)
        .Flag("MetricExport"u8, start.MetricExport));

    /// <summary>Another plan of the rollout counts.</summary>
    /// <param name="by">The name of the management token that changed it; null where the settings did.</param>
    /// <param name="source"><c>settings</c> or <c>runtime</c>.</param>
    /// <param name="isFollowed">It was changed through another replica.</param>
    public static void RolloutChanged(EventLog log, string? by, string source, RolloutPlan from, RolloutPlan to, bool isFollowed) => log.Write(log
        .Begin("RolloutChanged"u8)
        .Text("By"u8, by)
        .Text("Source"u8, source)
        .Rollout("From"u8, from, MaxSentence)
        .Rollout("To"u8, to, MaxSentence)
        .Flag("Followed"u8, isFollowed));

    /// <summary>A setting that does less than it says, at start; or one that was changed since, and waits for a restart.</summary>
    public static void SettingWarning(EventLog log, SettingWarning warning) => log.Write(log
        .Begin("SettingWarning"u8, LogEventLevel.Warning)
        .Text("Setting"u8, warning.Setting)
        .Text("Cause"u8, warning.Cause, MaxSentence)
        .Text("Remedy"u8, warning.Remedy, MaxSentence));

    /// <summary>Once the log flows again after its reader paused for too long. Written by the log's own thread, past the queue that was full.</summary>
    /// <param name="count">Events lost since the last such event.</param>
    /// <param name="total">Events lost since the start.</param>
    /// <param name="since">When the first of <paramref name="count"/> was lost.</param>
    public static LogLine LogEventsDropped(DateTimeOffset time, long count, long total, DateTimeOffset since) => LogLine
        .Begin(time, LogEventLevel.Warning, "LogEventsDropped"u8)
        .Number("Count"u8, count)
        .Number("Total"u8, total)
        .Instant("Since"u8, since)
        .End();

    // Enum.ToString() may allocate a text each time.
    private static string NameOf(RolloutMode mode) => mode switch
    {
        RolloutMode.Off => nameof(RolloutMode.Off),
        RolloutMode.Shadow => nameof(RolloutMode.Shadow),
        _ => nameof(RolloutMode.Live),
    };

    private static void Decided(
        EventLog log, ReadOnlySpan<byte> name, in LoggedConversion conversion, string by, string? reason, int attempts, TimeSpan age) => log.Write(log
            .Begin(name)
            .Text("By"u8, by)
            .Text("Reason"u8, reason)
            .Number("Attempts"u8, attempts)
            .Milliseconds("AgeMs"u8, age)
            .Conversion(conversion));

    private static void Decided(EventLog log, ReadOnlySpan<byte> name, in LoggedCall call, string by, string reason, TimeSpan age) => log.Write(log
        .Begin(name)
        .Text("By"u8, by)
        .Text("Reason"u8, reason)
        .Milliseconds("AgeMs"u8, age)
        .Call(call));

    /// <summary>YARP names its errors in Pascal case; logs and spans have one case for all of their words.</summary>
    public static string? WordOf(string? error) => error is null ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(error);
}

using System.Globalization;
using System.Text.Json.Serialization;
using ProxyShim.Clicks.Import;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Telemetry;

namespace ProxyShim.Management.Admin;

/// <summary>A conversion as the admin API shows it. Times are ISO 8601 in UTC; no personal data.</summary>
/// <param name="Reason">Why it is in its state, or what its last attempt was; null for nothing to say.</param>
/// <param name="Meaning">The reason in a sentence; null where the word says it all.</param>
/// <param name="Remedy">What to do about it; null for nothing.</param>
/// <param name="AnswerStatus">Of a dead letter: the Conversion API's last answer; null when none came.</param>
/// <param name="AnswerText">What that said, as far as it is kept.</param>
internal record ConversionView(
    string Ref,
    string State,
    string Xid,
    string Caller,
    string TraceId,
    string? Reason,
    string? Meaning,
    string? Remedy,
    int? AnswerStatus,
    string? AnswerText,
    int Attempts,
    int Resends,
    int ReadBacks,
    DateTimeOffset ClaimedAt,
    DateTimeOffset? LastAttemptAt,
    DateTimeOffset? SentAt,
    DateTimeOffset? VerifiedAt,
    DateTimeOffset? DeadAt,
    bool Replayable)
{
    /// <summary>Tells it from a kept call.</summary>
    public string Kind { get; } = "conversion";

    public static ConversionView Of(LedgerDetails entry) => new(
        entry.Id.ToString(), Lifecycle.NameOf(entry.State), entry.Xid, entry.Caller, entry.TraceId, Filled(entry.Error),
        ReasonText.Of(entry.Error)?.Meaning, Filled(ReasonText.Of(entry.Error)?.Remedy), entry.AnswerStatus == 0 ? null : entry.AnswerStatus,
        Filled(entry.AnswerText), entry.Attempts, entry.Resends, entry.ReadBacks, entry.ClaimedAt, entry.LastAttempt, entry.SentAt, entry.VerifiedAt,
        entry.DeadAt, entry.State == ConversionState.Dead && entry.HasBody);

    private static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

/// <summary>A customer's conversion, with what only an operator who knows the <c>customer_key</c> can be told.</summary>
internal sealed record ShownCustomer : ConversionView
{
    private ShownCustomer(ConversionView conversion)
        : base(conversion)
    {
    }

    /// <summary>The customer's name in the log; null where <c>Privacy:CustomerRef</c> is <c>None</c>.</summary>
    public string? CustomerRef { get; private init; }

    /// <summary>When the click was made, if the vendor's site wrote that down and the click is still there.</summary>
    public DateTimeOffset? ClickedAt { get; private init; }

    /// <summary>The kept calls that wait until PartnerStack shows the customer, in the order in which they will be played.</summary>
    public required IReadOnlyList<WaitingCall> KeptCalls { get; init; }

    /// <summary>The customer's last calls that became no conversion, newest first, as far as this replica remembers.</summary>
    public required IReadOnlyList<ShownDecision> Decisions { get; init; }

    public static ShownCustomer Of(LedgerDetails entry, FoundCustomer found) =>
        new(Of(entry)) { CustomerRef = found.CustomerRef, ClickedAt = found.Click?.When, KeptCalls = [.. found.Calls.Select(WaitingCall.Of)], Decisions = [.. found.Decisions.Select(ShownDecision.Of)] };
}

/// <summary>A kept call that waits.</summary>
/// <param name="Route">Without identifiers.</param>
internal sealed record WaitingCall(string Route, string Method, string Caller, string TraceId, DateTimeOffset KeptAt)
{
    public static WaitingCall Of(KeptCall call) => new(call.Route, call.Method, call.Caller, call.TraceId, call.KeptAt);
}

/// <summary>A customer whom the ledger does not know.</summary>
/// <param name="Decisions">As of <see cref="ShownCustomer"/>.</param>
/// <param name="Unread">The last creations whose customer was not read, by reason: the one who is looked for may be among them.</param>
internal sealed record UnknownCustomer(string Error, IReadOnlyList<ShownDecision> Decisions, IReadOnlyList<UnreadCreations> Unread);

/// <param name="LastAt">The newest of them.</param>
internal sealed record UnreadCreations(string Reason, string? Meaning, string? Remedy, int Count, DateTimeOffset LastAt)
{
    public static IReadOnlyList<UnreadCreations> Of(IEnumerable<Decision> decisions) =>
    [
        .. decisions.GroupBy(decision => decision.Reason ?? decision.Outcome).Select(group => new UnreadCreations(
            group.Key, ReasonText.Of(group.Key)?.Meaning, ReasonText.Of(group.Key)?.Remedy, group.Count(), group.Max(decision => decision.At))),
    ];
}

/// <summary>What became of one call, and why.</summary>
internal sealed record ShownDecision(
    DateTimeOffset At, string Outcome, string? Reason, string? Meaning, string? Remedy, int? Status, int? UpstreamStatus, string? AnswerText, string? Xid,
    string? Caller, string TraceId)
{
    public static ShownDecision Of(Decision decision) => new(
        decision.At, decision.Outcome, decision.Reason, ReasonText.Of(decision.Reason)?.Meaning, ReasonText.Of(decision.Reason)?.Remedy, decision.Status,
        decision.UpstreamStatus, decision.Said, decision.Xid, decision.Caller, decision.TraceId);
}

/// <summary>A click as the admin API shows it; the visitor's address and browser are personal data and stay in Redis.</summary>
internal sealed record ShownClick(string Xid, string? PartnerKey, IReadOnlyList<string> SubIds, DateTimeOffset? ClickedAt)
{
    public static ShownClick Of(Click click) => new(click.Xid.Value, click.PartnerKey, click.SubIds ?? [], click.When);
}

/// <summary>A call about a customer that was kept and given up. No personal data.</summary>
/// <param name="Ref">As of a conversion, a colon, and the call's number.</param>
/// <param name="Route">Without identifiers; null when the call cannot be read any more.</param>
/// <param name="AnswerStatus">The Customer API's last answer; null when none came.</param>
internal sealed record ShownCall(
    string Ref,
    string? Route,
    string? Method,
    string? Caller,
    string? TraceId,
    string Reason,
    string? Meaning,
    string? Remedy,
    int? AnswerStatus,
    DateTimeOffset? KeptAt,
    DateTimeOffset DeadAt)
{
    /// <summary>Tells it from a conversion.</summary>
    public string Kind { get; } = "call";

    public static ShownCall Of(DeadCall dead)
    {
        var (reason, status) = dead.Reason.Split(' ') is [var word, var told] ? (word, int.Parse(told, CultureInfo.InvariantCulture)) : (dead.Reason, (int?)null);
        var text = ReasonText.OfCall(reason);
        return new ShownCall(
            new CallReference(dead.Id, dead.Number).ToString(), dead.Call?.Route, dead.Call?.Method, dead.Call?.Caller, dead.Call?.TraceId, reason, text?.Meaning,
            text?.Remedy, status, dead.Call?.KeptAt, dead.DeadAt);
    }
}

/// <param name="DeadCalls">Kept calls that were given up; those of a dead conversion wait for its replay and are not among them.</param>
internal sealed record DeadLetterList(IReadOnlyList<ConversionView> DeadLetters, IReadOnlyList<ShownCall> DeadCalls);

internal sealed record ReplayResult(int Replayed);

internal sealed record AdminError(string Error);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ShownCustomer))]
[JsonSerializable(typeof(ShownClick))]
[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(UnknownCustomer))]
[JsonSerializable(typeof(Overview))]
[JsonSerializable(typeof(DeadLetterList))]
[JsonSerializable(typeof(ReplayResult))]
[JsonSerializable(typeof(AdminError))]
internal sealed partial class AdminJson : JsonSerializerContext;

using System.Text.Json.Serialization;
using ProxyShim.Customers;
using ProxyShim.Ledger;

namespace ProxyShim.Management.Admin;

/// <summary>A conversion as the admin API shows it. Times are ISO 8601 in UTC; no personal data.</summary>
internal record ShownConversion(
    string Ref,
    string State,
    string Xid,
    string Caller,
    string TraceId,
    string? Reason,
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
    public static ShownConversion Of(LedgerDetails entry) => new(
        entry.Id.ToString(), Lifecycle.NameOf(entry.State), entry.Xid, entry.Caller, entry.TraceId, entry.Error.Length == 0 ? null : entry.Error,
        entry.Attempts, entry.Resends, entry.ReadBacks, entry.ClaimedAt, entry.LastAttempt, entry.SentAt, entry.VerifiedAt, entry.DeadAt,
        entry.State == ConversionState.Dead && entry.HasBody);
}

/// <summary>A customer's conversion, with what only whoever knows the <c>customer_key</c> can be told.</summary>
internal sealed record ShownCustomer : ShownConversion
{
    private ShownCustomer(ShownConversion conversion)
        : base(conversion)
    {
    }

    /// <summary>The customer's name in the log; null where <c>Privacy:CustomerRef</c> is <c>None</c>.</summary>
    public string? CustomerRef { get; private init; }

    /// <summary>When the click was made, if the vendor's site wrote that down and the click is still there.</summary>
    public DateTimeOffset? ClickedAt { get; private init; }

    public static ShownCustomer Of(LedgerDetails entry, Click? click, string? customerRef) =>
        new(Of(entry)) { CustomerRef = customerRef, ClickedAt = click?.When };
}

/// <summary>A click as the admin API shows it; the visitor's address and browser are personal data and stay in Redis.</summary>
internal sealed record ShownClick(string Xid, string? PartnerKey, IReadOnlyList<string> SubIds, DateTimeOffset? ClickedAt)
{
    public static ShownClick Of(Click click) => new(click.Xid.Value, click.PartnerKey, click.SubIds ?? [], click.When);
}

internal sealed record DeadLetterList(IReadOnlyList<ShownConversion> DeadLetters);

internal sealed record ReplayResult(int Replayed);

internal sealed record AdminError(string Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ShownCustomer))]
[JsonSerializable(typeof(ShownClick))]
[JsonSerializable(typeof(Overview))]
[JsonSerializable(typeof(DeadLetterList))]
[JsonSerializable(typeof(ReplayResult))]
[JsonSerializable(typeof(AdminError))]
internal sealed partial class AdminJson : JsonSerializerContext;

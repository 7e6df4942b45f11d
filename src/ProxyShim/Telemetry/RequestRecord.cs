using Microsoft.AspNetCore.Http.Features;
using ProxyShim.Customers;
using ProxyShim.Http;
using ProxyShim.Rollout;

namespace ProxyShim.Telemetry;

/// <summary>What the stages learn of one legacy request, gathered for its one log event. It travels with the request as a feature.</summary>
internal sealed class RequestRecord
{
    /// <summary>The caller's W3C trace id where it sent one, so that its traces and our events meet; else one of our own.</summary>
    public required string TraceId { get; init; }

    public required string Route { get; init; }

    /// <summary>Path and query as the caller wrote them (<see cref="RawTarget"/>), for the stages; not for the log.</summary>
    public string Target { get; init; } = "/";

    /// <summary>What counts for this request from its begin to its end.</summary>
    public RolloutPlan Rollout { get; set; } = RolloutPlan.Usual;

    public Outcome Outcome { get; set; } = Outcome.Passthrough;

    public string? Reason { get; set; }

    public int? UpstreamStatus { get; set; }

    public int Attempts { get; set; }

    public bool Ambiguous { get; set; }

    /// <summary>What a refusal of the Conversion API said, as far as it may be kept; not for the log.</summary>
    public string? Said { get; set; }

    /// <summary>The customer's name in the log; null for a request that names none.</summary>
    public string? CustomerRef { get; set; }

    public string? Xid { get; set; }

    public string? PartnerKey { get; set; }

    public bool PartnerMismatch { get; set; }

    public string? Caller { get; set; }

    /// <summary>Of one that was only judged: what it would have been.</summary>
    public Outcome? WouldBe { get; set; }

    /// <summary>The partner whom the click names, if it names one.</summary>
    public string? ClickPartnerKey { get; set; }

    /// <summary>The click's subIDs.</summary>
    public IReadOnlyList<string>? SubIds { get; set; }

    /// <summary>The same as <see cref="CustomerRef.OfSubIds"/> has joined them for the ledger; null where that has not been done.</summary>
    public string? JoinedSubIds { get; set; }

    /// <summary>How long ago the click was made, where that is known.</summary>
    public TimeSpan? ClickAge { get; set; }

    /// <summary>Of a call that the Customer API took about a customer who was converted before: what brought the customer.</summary>
    public Referral? Referral { get; set; }

    /// <summary>Of such a call: how long ago the customer was converted.</summary>
    public TimeSpan? SignupAge { get; set; }

    /// <summary>Of such a call: the money that it reports.</summary>
    public Sale Sale { get; set; }

    /// <summary>Names of the request's fields for which a conversion has no place; null for none.</summary>
    public string? NoHome { get; set; }

    /// <summary>The size of the conversion's body, once it is composed.</summary>
    public int? BodyBytes { get; set; }

    /// <summary>What is still to be learned once the caller has its answer.</summary>
    public Func<ValueTask>? AfterAnswer { get; set; }

    /// <summary>What Redis is being told while the caller gets its answer: the call's event comes when it has heard.</summary>
    public ValueTask Telling { get; set; }

    public TimeSpan Redis { get; set; }

    public TimeSpan Upstream { get; set; }

    public static RequestRecord Of(HttpContext context) => context.Features.GetRequiredFeature<RequestRecord>();
}

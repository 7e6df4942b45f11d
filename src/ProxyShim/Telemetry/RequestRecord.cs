using Microsoft.AspNetCore.Http.Features;

namespace ProxyShim.Telemetry;

/// <summary>What the stages learn of one legacy request, gathered for its one log event. It travels with the request as a feature.</summary>
internal sealed class RequestRecord
{
    /// <summary>The caller's W3C trace id where it sent one, so that its traces and our events meet; else one of our own.</summary>
    public required string TraceId { get; init; }

    public required string Route { get; init; }

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

    public TimeSpan Redis { get; set; }

    public TimeSpan Upstream { get; set; }

    public static RequestRecord Of(HttpContext context) => context.Features.GetRequiredFeature<RequestRecord>();
}

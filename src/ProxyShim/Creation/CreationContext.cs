using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Rollout;
using ProxyShim.Telemetry;

namespace ProxyShim.Creation;

/// <summary>One call that creates a customer, on its way through the flow.</summary>
/// <param name="request">The customer.</param>
/// <param name="budget">What is left of the call's time for Redis.</param>
/// <param name="record">Where the stages write what they learn.</param>
/// <param name="http">The call itself, whose body is there still.</param>
/// <param name="start">When it began: a timestamp of the <see cref="TimeProvider"/>.</param>
internal sealed class CreationContext(
    CustomerRequest request, CustomerApiVersion version, RequestRecord record, HttpContext http, RedisBudget budget, long start)
{
    private RolloutMode? _mode;

    public CustomerRequest Request { get; set; } = request;

    public CustomerApiVersion Version { get; } = version;

    public ConversionId Id { get; } = ConversionId.Of(request.CustomerKey);

    public RequestRecord Record { get; } = record;

    public HttpContext Http { get; } = http;

    /// <summary>On which side of the switch-over the customer is, from the first look at this on.</summary>
    public RolloutMode Mode => _mode ??= Record.Rollout.ModeFor(Request.CustomerKey, Request.PartnerKey, Record.Caller!);

    public RedisBudget Budget { get; } = budget;

    public long Start { get; } = start;

    /// <summary>Whether the ledger has said that it knows the customer. From then on a silent Redis is no reason to give the customer to the Customer API.</summary>
    public bool Known { get; set; }

    /// <summary>The Customer API gets the original request instead.</summary>
    public CreationAnswer Forward(Outcome outcome, string reason)
    {
        Record.Outcome = outcome;
        Record.Reason = reason;
        return CreationAnswer.Forward.Instance;
    }

    /// <summary>The caller gets a failure.</summary>
    public CreationAnswer Fail(Outcome outcome, string reason, int status, string message)
    {
        Record.Outcome = outcome;
        Record.Reason = reason;
        return new CreationAnswer.Failed(status, message);
    }

    /// <summary>The caller gets a 503, and tries again.</summary>
    public CreationAnswer Unavailable(string reason)
    {
        Record.Outcome = Outcome.Unavailable;
        Record.Reason = reason;
        return CreationAnswer.Failed.Unavailable;
    }
}

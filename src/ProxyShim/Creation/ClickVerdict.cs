using ProxyShim.Customers;
using ProxyShim.Telemetry;

namespace ProxyShim.Creation;

/// <param name="Click">The click to convert with; null where there is to be no conversion.</param>
/// <param name="Outcome">What becomes of the call, as far as the click decides it.</param>
/// <param name="Reason">Of <see cref="Reasons"/>; null where there is nothing to say.</param>
internal readonly record struct ClickVerdict(Click? Click, Outcome Outcome, string? Reason);

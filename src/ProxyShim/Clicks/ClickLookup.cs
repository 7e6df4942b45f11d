using ProxyShim.Customers;

namespace ProxyShim.Clicks;

/// <param name="Click">The click, or null for a miss.</param>
/// <param name="Malformed">Nothing but values that are no clicks stood under the customer's keys.</param>
internal readonly record struct ClickLookup(Click? Click, bool Malformed);

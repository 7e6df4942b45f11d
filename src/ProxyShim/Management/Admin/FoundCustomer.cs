using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Telemetry;

namespace ProxyShim.Management.Admin;

/// <summary>What is known of one customer.</summary>
/// <param name="Entry">The ledger's; null when it has none.</param>
/// <param name="Click">Null where there is none; one that was not the one converted is none.</param>
/// <param name="CustomerRef">The name in the log; null where the log has no names.</param>
/// <param name="Calls">The kept calls that wait, first come first.</param>
/// <param name="Decisions">Newest first, as far as this replica remembers.</param>
internal sealed record FoundCustomer(LedgerDetails? Entry, Click? Click, string? CustomerRef, IReadOnlyList<KeptCall> Calls, IReadOnlyList<Decision> Decisions);

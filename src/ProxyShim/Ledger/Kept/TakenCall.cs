using ProxyShim.Telemetry;

namespace ProxyShim.Ledger.Kept;

/// <summary>A kept call whose turn has come, under a lease.</summary>
/// <param name="Call">The call as it was kept; not read yet, for it may be none of ours.</param>
/// <param name="WasBegun">It was begun before, and how that ended was never reported: it may have landed.</param>
/// <param name="Attempts">How often it was taken, this time included.</param>
/// <param name="Referral">What brought its customer; null where nothing is known of that.</param>
internal sealed record TakenCall(
    ConversionId Id, LeaseToken Token, int Number, ReadOnlyMemory<byte> Call, bool WasBegun, int Attempts, Referral? Referral);

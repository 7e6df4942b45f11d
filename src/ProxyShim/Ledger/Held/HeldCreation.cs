namespace ProxyShim.Ledger.Held;

/// <summary>A creation that is to be held.</summary>
/// <param name="Body">The customer and the original request (<see cref="StoredConversion.ComposeHeld"/>); holds personal data.</param>
/// <param name="For">How long its click is looked for.</param>
/// <param name="Fingerprint">A short hash of the request, to tell a repeat from a different one.</param>
/// <param name="TraceId">The request's trace.</param>
/// <param name="Caller">Who sent the request.</param>
internal sealed record HeldCreation(ReadOnlyMemory<byte> Body, TimeSpan For, string Fingerprint, string TraceId, string Caller);

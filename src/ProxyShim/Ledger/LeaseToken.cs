using System.Diagnostics.CodeAnalysis;

namespace ProxyShim.Ledger;

/// <summary>Proves that its bearer holds a lease: 128 random bits, drawn anew for each.</summary>
internal readonly record struct LeaseToken(string Value)
{
    // It tells holders apart and is no secret, so no system call is made for it.
    [SuppressMessage("Security", "CA5394", Justification = "No secret.")]
    public static LeaseToken New()
    {
        Span<byte> bits = stackalloc byte[16];
        Random.Shared.NextBytes(bits);
        return new(Convert.ToHexStringLower(bits));
    }
}

namespace ProxyShim.Ledger;

/// <summary>Proves that its bearer holds a lease: 128 random bits, drawn anew for each.</summary>
internal readonly record struct LeaseToken(string Value)
{
    public static LeaseToken New() => new(Guid.NewGuid().ToString("N"));
}

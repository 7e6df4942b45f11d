namespace ProxyShim.Ledger.Kept;

/// <summary>Tells a call that is to be kept from any other, also from one that says the same: drawn anew for each, as a lease's token is.</summary>
internal readonly record struct CallNonce(string Value)
{
    public static CallNonce New() => new(LeaseToken.New().Value);
}

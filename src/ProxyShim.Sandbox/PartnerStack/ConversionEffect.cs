namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>What a conversion request that arrived completely did to the account.</summary>
public enum ConversionEffect
{
    /// <summary>Nothing: a fault kept the API from working on it (or it was a phantom).</summary>
    None,

    /// <summary>The first one of its <c>customer_key</c>: its customer appears after the lag.</summary>
    Landed,

    /// <summary>Accepted, but the account knew the <c>customer_key</c> already: one counts, for the life of the account (CONTRACT.md).</summary>
    Ignored,
}

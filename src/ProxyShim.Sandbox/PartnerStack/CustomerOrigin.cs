namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>Which API made a customer.</summary>
public enum CustomerOrigin
{
    /// <summary>A <c>POST</c> to the Customer API.</summary>
    CustomerApi,

    /// <summary>An S2S conversion.</summary>
    Conversion,
}

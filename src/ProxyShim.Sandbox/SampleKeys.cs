using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.Sandbox;

/// <summary>The credentials of the simulated PartnerStack and of the shim in front of it. They open nothing else.</summary>
internal static class SampleKeys
{
    public const string ConversionToken = "tok_sandbox";

    public static readonly KeyPair Vendor = new("pk_sandbox", "sk_sandbox");

    /// <summary>A pair that neither the shim nor the account knows.</summary>
    public static readonly KeyPair Stranger = new("pk_stranger", "sk_stranger");
}

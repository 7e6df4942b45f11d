namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>A vendor's key pair: the user name and the password of HTTP Basic (CONTRACT.md, Customer API).</summary>
public sealed record KeyPair(string PublicKey, string SecretKey);

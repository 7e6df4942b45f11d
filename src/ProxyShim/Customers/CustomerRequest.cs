namespace ProxyShim.Customers;

/// <summary>A call that creates a customer, understood: everything in it is what the Customer API would take.</summary>
/// <param name="Meta">The raw JSON object, as it came; null when absent or empty.</param>
/// <param name="Fingerprint">A short hash of the body, to tell a repeat from a different request.</param>
internal sealed record CustomerRequest(
    CustomerKey CustomerKey, string Email, string PartnerKey, string? Name, string? ProviderKey, ReadOnlyMemory<byte>? Meta, string Fingerprint = "")
{
    /// <summary>Whether it names a <c>member_key</c>, for which a conversion has no place (CONTRACT.md).</summary>
    public bool HasMember { get; init; }

    /// <summary>The click that it brings itself (<c>Clicks:FromRequest</c>); null when it has to be looked for.</summary>
    public Click? Click { get; init; }
}

namespace ProxyShim.Customers;

/// <summary>What is known of who a customer is, as far as the key of a click may name it. Personal data: it is never printed.</summary>
/// <param name="CustomerKey">The vendor's own id; null or empty when it is not known.</param>
/// <param name="Email">As it was given; null or empty when it is not known.</param>
/// <param name="EmailSha256">The hexadecimal SHA-256 of the trimmed, lower-case address, for a report that tells no more; null otherwise.</param>
/// <param name="ProviderKey">The id at the payment provider; null or empty when it is not known.</param>
internal readonly record struct CustomerIdentity(string? CustomerKey, string? Email = null, string? EmailSha256 = null, string? ProviderKey = null)
{
    public static CustomerIdentity Of(CustomerRequest request) => new(request.CustomerKey.Value, request.Email, null, request.ProviderKey);

    public override string ToString() => "customer";
}

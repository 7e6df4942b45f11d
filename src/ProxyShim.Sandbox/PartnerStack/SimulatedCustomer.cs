namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>A customer of the simulated account, with the fields of CONTRACT.md's Customer object.</summary>
public sealed record SimulatedCustomer
{
    /// <summary>PartnerStack's own key: <c>cus_</c> and 14 letters and digits.</summary>
    public required string Key { get; init; }

    /// <summary>The vendor's key, if it gave one.</summary>
    public string? CustomerKey { get; init; }

    /// <summary>The address; a conversion need not have one.</summary>
    public string? Email { get; init; }

    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The id at the payment provider.</summary>
    public string? ProviderKey { get; init; }

    /// <summary>The partner with the credit; a conversion's is the one whose link was clicked, or made up from the xid where that click is unknown.</summary>
    public string? PartnerKey { get; init; }

    /// <summary>The custom fields as a JSON object.</summary>
    public string Meta { get; init; } = "{}";

    /// <summary>The SubIDs of the click.</summary>
    public IReadOnlyList<string> SubIds { get; init; } = [];

    /// <summary>The click id of a conversion.</summary>
    public string? Xid { get; init; }

    /// <summary>Whether it belongs to the test environment.</summary>
    public required bool Test { get; init; }

    /// <summary>Which API made it.</summary>
    public required CustomerOrigin Origin { get; init; }

    /// <summary><c>created_at</c>: for a conversion the moment it appears, which is its acceptance and the lag.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary><c>updated_at</c>.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

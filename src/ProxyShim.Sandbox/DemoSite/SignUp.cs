namespace ProxyShim.Sandbox.DemoSite;

/// <summary>A customer of the demo site, and what its back-end reported.</summary>
/// <param name="Key">The site's own id for the customer: its <c>customer_key</c>.</param>
/// <param name="Partner">Whom the back-end gives the credit; null = no partner, and so it reports nothing.</param>
internal sealed record SignUp(string Key, string Name, string Email, string? Partner)
{
    /// <summary>The body of its Customer API call.</summary>
    public string? Request { get; init; }

    /// <summary>The status of the answer; null when none came.</summary>
    public int? Status { get; init; }

    /// <summary><c>X-ProxyShim-Outcome</c>; null when the Customer API answered.</summary>
    public string? Outcome { get; init; }
}

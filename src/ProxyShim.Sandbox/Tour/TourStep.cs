using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.Sandbox.Tour;

/// <summary>One call of the tour.</summary>
/// <param name="Title">What is special about it.</param>
/// <param name="CustomerKey">Whose click is shown beside it.</param>
/// <param name="Body">Its body; null = a GET.</param>
internal sealed record TourStep(string Title, string? CustomerKey, string? Body)
{
    /// <summary>Path and query.</summary>
    public string Target { get; init; } = "/api/v2/customers";

    public KeyPair Caller { get; init; } = SampleKeys.Vendor;

    /// <summary>Whether it goes straight to the Customer API, as it does where there is no shim.</summary>
    public bool IsDirect { get; init; }

    /// <summary>How the Conversion API meets this customer's attempts, in order; after these all is well. Some may be met in the background.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>What the vendor's site writes into Redis once the app has its answer; null = nothing.</summary>
    public string? LateClick { get; init; }

    /// <summary>What one should take from it.</summary>
    public string Point { get; init; } = "";

    /// <summary>The call for the visitor to send.</summary>
    public static readonly TourStep Yours = Create("margaret", "hamilton") with { Title = "Your turn" };

    /// <summary>What <see cref="Yours"/> becomes.</summary>
    public const string YoursBecomes = """{"xid":"xid_margaret","customer_key":"margaret","email":"margaret@example.com"}""";

    /// <summary>A call that creates this customer for this partner.</summary>
    public static TourStep Create(string key, string partner) =>
        new("", key, $$"""{"customer_key":"{{key}}","email":"{{key}}@example.com","partner_key":"{{partner}}"}""");

    /// <summary>The call as a line to paste into a shell; the bodies have no apostrophes.</summary>
    /// <param name="separator">Between its parts.</param>
    public string Curl(Uri api, string separator = " ") => string.Join(separator, (string[])
    [
        $"curl -i -u {Caller.PublicKey}:{Caller.SecretKey} '{new Uri(api, Target)}'",
        .. Body is null ? (string[])[] : ["-H 'Content-Type: application/json'", $"-d '{Body}'"],
    ]);
}

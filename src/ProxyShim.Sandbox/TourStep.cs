using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.Sandbox;

/// <summary>One call of the tour.</summary>
/// <param name="Title">What is special about it.</param>
/// <param name="CustomerKey">Whose click is shown beside it.</param>
/// <param name="Body">Its body; null = a GET.</param>
internal sealed record TourStep(string Title, string? CustomerKey, string? Body)
{
    /// <summary>Path and query.</summary>
    public string Target { get; private init; } = "/api/v2/customers";

    public KeyPair Caller { get; private init; } = SampleKeys.Vendor;

    /// <summary>How the Conversion API meets this customer's attempts, in order; after these all is well. Some may be met in the background.</summary>
    public IReadOnlyList<Fault> Faults { get; private init; } = [];

    // As many as the shim makes before it answers: ConversionApi:MaxAttempts.
    private static readonly Fault[] s_outage = [Fault.Status(503), Fault.Status(503), Fault.Status(503)];

    /// <summary>The call for the visitor to send.</summary>
    public static readonly TourStep Yours = new(
        "Your turn", "margaret", """{"customer_key":"margaret","email":"margaret@example.com","partner_key":"hamilton","name":"Margaret","meta":{"plan":"apollo"}}""");

    /// <summary>What <see cref="Yours"/> becomes.</summary>
    public const string YoursBecomes =
        """{"xid":"xid_margaret","customer_key":"margaret","email":"margaret@example.com","name":"Margaret","meta":{"plan":"apollo"}}""";

    public static readonly IReadOnlyList<TourStep> All =
    [
        new("A new customer with a click", "ada", Customer("ada", "lovelace")),
        new("A click with all that the vendor's site knew of the visitor", "grace",
            """{"customer_key":"grace","email":"grace@example.com","partner_key":"hopper","name":"Grace","provider_key":"cus_stripe_7","meta":{"plan":"pro"}}"""),
        new("The first customer once more", "ada", Customer("ada", "lovelace")),
        new("A customer without a click", "linus", Customer("linus", "pauling")),
        new("The click names another partner than the request", "mary", Customer("mary", "shelley")),
        new("A body that is not JSON", null, """{"customer_key":"""),
        new("A key pair that nobody knows", "jean", Customer("jean", "bartik")) { Caller = SampleKeys.Stranger },
        new("A call that does not create a customer", null, null) { Target = "/api/v2/customers?limit=2" },
        new("The Conversion API refuses for good (400)", "jean", Customer("jean", "bartik")) { Faults = [Fault.Status(400)] },
        new("The Conversion API fails (503)", "kathleen", Customer("kathleen", "booth")) { Faults = s_outage },
        new("The Conversion API says 200 and creates nothing: a phantom", "hedy", Customer("hedy", "lamarr")) { Faults = [Fault.Phantom] },
        new("The Conversion API fails (503), and in the background refuses for good (400): a dead letter", "joan", Customer("joan", "clarke"))
            { Faults = [.. s_outage, Fault.Status(400)] },
    ];

    /// <summary>The call as a line to paste into a shell; the bodies have no apostrophes.</summary>
    public string Curl(Uri shim) =>
        $"curl -i -u {Caller.PublicKey}:{Caller.SecretKey} '{new Uri(shim, Target)}'" +
        (Body is null ? "" : $" -H 'Content-Type: application/json' -d '{Body}'");

    private static string Customer(string key, string partner) =>
        $$"""{"customer_key":"{{key}}","email":"{{key}}@example.com","partner_key":"{{partner}}"}""";
}

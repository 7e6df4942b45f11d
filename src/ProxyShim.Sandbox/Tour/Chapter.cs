using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Sandbox.Shim;

namespace ProxyShim.Sandbox.Tour;

/// <summary>As many calls of the tour as fit a screen of 24 lines.</summary>
internal sealed record Chapter(IReadOnlyList<TourStep> Steps)
{
    // As many as the shim makes before it answers: ConversionApi:MaxAttempts.
    private static readonly Fault[] s_outage = [Fault.Status(503), Fault.Status(503), Fault.Status(503)];

    public static readonly IReadOnlyList<Chapter> All =
    [
        new([
            TourStep.Create("ada_before", "lovelace") with
            {
                Title = "Before: the app calls the Customer API",
                IsDirect = true,
                Point = "This sign-up cannot be tied to a click: the call has no field for it.",
            },
            TourStep.Create("ada", "lovelace") with
            {
                Title = "Now: the same call goes to the shim. A new customer with a click",
                Point = "The same answer for the app, and PartnerStack got the click: the sign-up is tied to it.",
            },
        ]),
        new([
            new("A click with all that the vendor's site knew of the visitor", "grace",
                """{"customer_key":"grace","email":"grace@example.com","partner_key":"hopper","name":"Grace","provider_key":"cus_stripe_7","meta":{"plan":"pro"}}""")
            {
                Point = "SubIDs, address and browser of the visitor reach PartnerStack too.",
            },
            TourStep.Create("ada", "lovelace") with
            {
                Title = "The first customer once more",
                Point = "A retry is no error, and no second conversion: PartnerStack got nothing.",
            },
        ]),
        new([
            TourStep.Create("rosalind", "franklin") with
            {
                Title = "The app is faster than the page: the click comes after the call",
                LateClick = "xid_rosalind",
                Point = "With Conversions:OnMiss=Hold the shim looks again, and finds it in the background.",
            },
            TourStep.Create("linus", "pauling") with
            {
                Title = "A customer without a click",
                Point = $"None comes in {ShimProcess.HoldFor.TotalSeconds:0} s: then the Customer API gets the call as it came. See the background.",
            },
        ]),
        new([
            TourStep.Create("mary", "shelley") with
            {
                Title = "The click names another partner than the request",
                Point = "The app's word counts, unless Conversions:OnPartnerMismatch says otherwise.",
            },
            new("A body that is not JSON", null, """{"customer_key":""") { Point = "What the shim does not understand goes on as it came." },
        ]),
        new([
            TourStep.Create("jean", "bartik") with
            {
                Title = "A key pair that nobody knows",
                Caller = SampleKeys.Stranger,
                Point = "Whoever the shim does not know never causes a conversion.",
            },
            new("A call that does not create a customer", null, null)
            {
                Target = "/api/v2/customers?limit=2",
                Point = "All other calls go through, byte for byte.",
            },
        ]),
        new([
            TourStep.Create("jean", "bartik") with
            {
                Title = "The Conversion API refuses for good (400)",
                Faults = [Fault.Status(400)],
                Point = "Refused for good: the app gets what it had before.",
            },
            TourStep.Create("kathleen", "booth") with
            {
                Title = "The Conversion API fails (503)",
                Faults = s_outage,
                Point = "Not taken, and not lost: it is kept in Redis, and delivered in the background.",
            },
        ]),
        new([
            TourStep.Create("hedy", "lamarr") with
            {
                Title = "The Conversion API says 200 and creates nothing: a phantom",
                Faults = [Fault.Phantom],
                Point = "A 200 proves nothing. The shim reads back until PartnerStack shows the customer.",
            },
            TourStep.Create("joan", "clarke") with
            {
                Title = "The Conversion API fails (503), and will refuse for good (400) in the background",
                Faults = [.. s_outage, Fault.Status(400)],
                Point = "Kept as well. How it ends is next.",
            },
        ]),
    ];

    /// <summary>The end, once PartnerStack shows the customers: one of them pays.</summary>
    public static readonly Chapter Sale = new([
        new("Later: the customer pays, and the app reports it as ever", "grace", """{"customer_key":"grace","amount":4900,"currency":"USD"}""")
        {
            Target = "/api/v2/transactions",
            Point = "Click, sign-up, sale: the log names what brought the money. report --by partner adds it up.",
        },
    ]);

    /// <summary>Every call, in order.</summary>
    public static IEnumerable<TourStep> EveryStep => All.Append(Sale).SelectMany(static chapter => chapter.Steps);
}

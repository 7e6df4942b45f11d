using ProxyShim.Sandbox.Terminal;

namespace ProxyShim.Sandbox.Tour;

/// <summary>What the visitor may try next, and where everything is.</summary>
internal static class Invitation
{
    public static void Show(RunningSandbox sandbox, Screen screen)
    {
        var control = sandbox.PartnerStack.ControlAddress;
        screen.Line($"── {TourStep.Yours.Title}. Paste this into another terminal:", Tone.Heading);
        screen.Verbatim(TourStep.Yours.Curl(sandbox.Shim.Endpoints.Address, separator: " \\\n  "));
        screen.Line("   It becomes this at the Conversion API:");
        screen.Line($"   {TourStep.YoursBecomes}");
        screen.Line("   A click of your own, and a fault: the next conversion gets a 200 that creates nothing.");
        screen.Verbatim(Guide.PostClick(control));
        screen.Verbatim(Guide.PostFault(control));
        screen.Line($"   More to try: curl {control}");
        screen.Line();
        Addresses.Show(sandbox, screen);
        screen.Line();
        screen.Line("Serving. Each call to PartnerStack is shown below, the shim's own in the background too. Ctrl-C: end", Tone.Good);
    }
}

using System.Globalization;
using ProxyShim.Sandbox.DemoSite;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Sandbox.Shim;
using ProxyShim.Sandbox.Terminal;

namespace ProxyShim.Sandbox.Tour;

/// <summary>What runs where.</summary>
internal static class Addresses
{
    public static void Show(RunningSandbox sandbox, Screen screen)
    {
        Show(sandbox.Shim.Endpoints, sandbox.PartnerStack, sandbox.Site, screen);
        Row(screen, "Redis", $"{sandbox.Redis.ConnectionString}   embedded; what it holds ends with the sandbox");
        Row(screen, "shim's process", $"{sandbox.Shim.Id}");
        Row(screen, "shim's log", $"{sandbox.Shim.Log.File}   (--show-log prints it here)");
    }

    /// <summary>What there is of it beside any shim.</summary>
    public static void Show(ShimEndpoints shim, SimulatedPartnerStack stack, DemoServer site, Screen screen)
    {
        var lag = stack.Lag.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        Row(screen, "shim", $"{shim.Address}   what your app calls instead of PartnerStack's Customer API");
        Row(screen, "management", $"{shim.Management}   the console, for a browser; its token is {shim.ManagementToken}");
        Row(screen, "demo site", $"{site.Address}   for a browser: partner link, landing page, sign-up, what became of it");
        Row(screen, "Customer API", $"{stack.CustomerApiAddress}   simulated; key pair {SampleKeys.Vendor.PublicKey} / {SampleKeys.Vendor.SecretKey}");
        Row(screen, "Conversion API", $"{stack.ConversionApiAddress}   simulated; token {SampleKeys.ConversionToken}; a record appears {lag} s later (--lag)");
        Row(screen, "simulator", $"{stack.ControlAddress}   curl it: what PartnerStack got, and what can be tried");
    }

    private static void Row(Screen screen, string label, string text) => screen.Line($"  {label,-16}{text}");
}

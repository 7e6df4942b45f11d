using System.Globalization;
using ProxyShim.Sandbox.Terminal;

namespace ProxyShim.Sandbox.Tour;

/// <summary>What runs where.</summary>
internal static class Addresses
{
    public static void Show(RunningSandbox sandbox, Screen screen)
    {
        var stack = sandbox.PartnerStack;
        var lag = stack.Lag.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        Row("shim", $"{sandbox.Shim.Address}   what your app calls instead of PartnerStack's Customer API");
        Row("management", $"{sandbox.Shim.Management}   the console, for a browser; its token is {sandbox.Shim.ManagementToken}");
        Row("demo site", $"{sandbox.Site.Address}   for a browser: partner link, landing page, sign-up, what became of it");
        Row("Customer API", $"{stack.CustomerApiAddress}   simulated; key pair {SampleKeys.Vendor.PublicKey} / {SampleKeys.Vendor.SecretKey}");
        Row("Conversion API", $"{stack.ConversionApiAddress}   simulated; token {SampleKeys.ConversionToken}; a record appears {lag} s later (--lag)");
        Row("simulator", $"{stack.ControlAddress}   curl it: what PartnerStack got, and what can be tried");
        Row("Redis", $"{sandbox.Redis.ConnectionString}   embedded; what it holds ends with the sandbox");
        Row("shim's process", $"{sandbox.Shim.Id}");
        Row("shim's log", $"{sandbox.Shim.Log.File}   (--show-log prints it here)");

        void Row(string label, string text) => screen.Line($"  {label,-16}{text}");
    }
}

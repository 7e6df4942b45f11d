using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.Sandbox;

/// <summary>What runs where.</summary>
internal static class Welcome
{
    public static string Text(EmbeddedRedis redis, SimulatedPartnerStack partnerStack, ShimProcess shim) => $"""
        ProxyShim sandbox

          shim              {shim.Address}   what a legacy app calls instead of https://api.partnerstack.com
          management        {shim.Management}   open it in a browser: the console; its token is {SampleKeys.ManagementToken}
          shim's process    {shim.Id}
          shim's log        {shim.Log.File}   (--show-log prints it here)
          Customer API      {partnerStack.CustomerApiAddress}   simulated; key pair {SampleKeys.Vendor.PublicKey} / {SampleKeys.Vendor.SecretKey}
          Conversion API    {partnerStack.ConversionApiAddress}   simulated; token {SampleKeys.ConversionToken}; records appear {partnerStack.Lag:c} later (--lag)
          simulator         {partnerStack.ControlAddress}   GET /calls, /conversions, /customers; POST /faults, /reset
          Redis             {redis.ConnectionString}   embedded

        """;
}

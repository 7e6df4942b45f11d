using ProxyShim.Sandbox.DemoSite;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Sandbox.Shim;
using ProxyShim.Sandbox.Terminal;
using ProxyShim.Sandbox.Tour;

namespace ProxyShim.Sandbox;

/// <summary>
/// <c>--partnerstack</c>: the simulated PartnerStack and the demo site without the rest, for a shim that runs elsewhere on this loopback, such as in the same pod.
/// </summary>
internal static class PartnerStackAlone
{
    /// <summary>Serves where the shim looks for them, which must be free, and shows what comes, until it is stopped.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task RunAsync(SandboxArguments arguments, ShimElsewhere shim, Screen screen, CancellationToken cancellationToken)
    {
        await using var partnerStack = await SimulatedPartnerStack.StartAsync(
            new()
            {
                Lag = arguments.Lag,
                CustomerApiPort = shim.CustomerApi.Port,
                ConversionApiPort = shim.ConversionApi.Port,
                ConversionApiListen = arguments.Listen,
                ControlPort = Ports.IfFree(Ports.Control),
            },
            cancellationToken);
        await using var site = await DemoServer.StartAsync(
            new(arguments.Listen, shim.Site.Port), partnerStack, () => shim.Endpoints, screen, cancellationToken);
        Addresses.Show(shim.Endpoints, partnerStack, site, screen);
        screen.Line("What PartnerStack gets:");

        // There is no shim of ours that could end before.
        await new UpstreamWatch(partnerStack, screen).RunAsync(new TaskCompletionSource().Task, cancellationToken);
    }
}

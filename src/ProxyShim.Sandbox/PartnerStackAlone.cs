using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Sandbox.Terminal;
using ProxyShim.Sandbox.Tour;

namespace ProxyShim.Sandbox;

/// <summary>
/// <c>--partnerstack</c>: the simulated PartnerStack without the rest, for a shim that runs elsewhere on this loopback, such as in the same pod.
/// </summary>
internal static class PartnerStackAlone
{
    /// <summary>Serves on the ports people can remember, which must be free, and shows what comes, until it is stopped.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    public static async Task RunAsync(SandboxArguments arguments, Screen screen, CancellationToken cancellationToken)
    {
        await using var partnerStack = await SimulatedPartnerStack.StartAsync(
            new()
            {
                Lag = arguments.Lag,
                CustomerApiPort = Ports.CustomerApi,
                ConversionApiPort = Ports.ConversionApi,
                ControlPort = Ports.Control,
            },
            cancellationToken);
        screen.Line($"Customer API {partnerStack.CustomerApiAddress}, Conversion API {partnerStack.ConversionApiAddress}. What they get:");

        // There is no shim of ours that could end before.
        await new UpstreamWatch(partnerStack, screen).RunAsync(new TaskCompletionSource().Task, cancellationToken);
    }
}

using ProxyShim.Sandbox.PartnerStack;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed class SimulatorStartTests
{
    [Fact]
    public async Task It_takes_the_ports_it_is_given_and_says_when_one_is_taken()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var first = await SimulatedPartnerStack.StartAsync(new(), cancellation);
        var port = first.ConversionApiAddress.Port;
        await Assert.ThrowsAsync<IOException>(() => SimulatedPartnerStack.StartAsync(new() { ConversionApiPort = port }, cancellation));

        await first.DisposeAsync();
        await using var second = await SimulatedPartnerStack.StartAsync(new() { ConversionApiPort = port }, cancellation);
        Assert.Equal(port, second.ConversionApiAddress.Port);
        Assert.Equal(3, new[] { second.CustomerApiAddress.Port, second.ConversionApiAddress.Port, second.ControlAddress.Port }.Distinct().Count());
    }

    [Fact]
    public async Task It_stops_while_it_refuses_connections()
    {
        await using var stack = await SimulatedPartnerStack.StartAsync(new(), TestContext.Current.CancellationToken);
        stack.CustomerApi.SetFault(Fault.Refuse);
    }
}

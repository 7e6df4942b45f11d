using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Limits;
using ProxyShim.Telemetry.Health;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Limits;

public class ConnectionTests
{
    private static readonly LimitSettings s_any = new(1000, 1000, 100 * RequestLimits.MostBuffered, null, 0);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_connection_more_than_the_setting_is_closed_and_a_place_that_is_left_is_taken()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { Connections = 2 });
        var gate = listener.Get<ConnectionGate>();
        using var first = await listener.ConnectAsync();
        using var second = await listener.ConnectAsync();
        await Eventually.IsTrueAsync("both are there", () => Task.FromResult(gate.Open == 2), cancellation: Cancellation);

        using var third = await listener.ConnectAsync();
        Assert.False(await LimitedListener.IsServedAsync(third));
        Assert.Equal(1, gate.Refused);

        first.Dispose();
        await Eventually.IsTrueAsync("one has gone", () => Task.FromResult(gate.Open == 1), cancellation: Cancellation);
        using var fourth = await listener.ConnectAsync();
        Assert.True(await LimitedListener.IsServedAsync(fourth));
    }

    [Fact]
    public async Task A_listener_that_is_full_is_alive_and_one_that_has_closed_is_not()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { Connections = 1 });
        var probe = listener.Get<ListenerProbe>();
        using var only = await listener.ConnectAsync();
        await Eventually.IsTrueAsync("it is full", () => Task.FromResult(listener.Get<ConnectionGate>().Open == 1), cancellation: Cancellation);

        Assert.True(await probe.IsListeningAsync(Cancellation));
        Assert.Equal(0, listener.Get<ConnectionGate>().Refused);

        only.Dispose();
        await listener.StopAsync();
        Assert.False(await probe.IsListeningAsync(Cancellation));
    }

    [Fact]
    public async Task A_port_that_takes_connections_and_serves_none_is_not_alive()
    {
        // The system's queue takes them, nobody else does.
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        var time = new FakeTimeProvider();
        var probe = new ListenerProbe(time);
        new KestrelServerOptions().ListenLocalhost(((IPEndPoint)deaf.LocalEndpoint).Port, probe.Watch);

        var asking = probe.IsListeningAsync(Cancellation);
        await Eventually.IsTrueAsync(
            "it gives up",
            () =>
            {
                time.Advance(ListenerProbe.Patience);
                return Task.FromResult(asking.IsCompleted);
            },
            cancellation: Cancellation);

        Assert.False(await asking);
    }

    [Fact]
    public async Task Refusals_degrade_for_as_long_as_somebody_may_look_once_and_a_flood_ends_once()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { Connections = CapacityWatch.Flood });
        var (time, gate, degradations) = (new FakeTimeProvider(), listener.Get<ConnectionGate>(), listener.Get<Degradations>());
        using var watch = new CapacityWatch(gate, listener.Get<RequestLimits>(), degradations, time);
        Assert.False(watch.Look());
        Assert.False(degradations.IsDegraded(HealthComponent.Capacity));

        var flood = new List<Socket>();
        while (gate.Refused == 0)
        {
            flood.Add(await listener.ConnectAsync());
        }

        Assert.False(watch.Look());
        Assert.True(degradations.IsDegraded(HealthComponent.Capacity));

        flood.ForEach(socket => socket.Dispose());
        await Eventually.IsTrueAsync("all have gone", () => Task.FromResult(gate.Open == 0), cancellation: Cancellation);
        Assert.True(watch.Look());
        Assert.False(watch.Look());
        time.Advance(CapacityWatch.IsTold);
        watch.Look();
        Assert.False(degradations.IsDegraded(HealthComponent.Capacity));
    }
}

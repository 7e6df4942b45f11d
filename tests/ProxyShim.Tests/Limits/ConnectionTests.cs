using System.Net;
using System.Net.Sockets;
using System.Text;
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
    public async Task When_all_places_are_taken_whoever_has_longest_been_without_a_request_makes_room()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { Connections = 2 });
        var gate = listener.Get<ConnectionGate>();
        using var first = await ConnectAsync(listener, 1);
        using var second = await ConnectAsync(listener, 2);

        using var third = await listener.ConnectAsync();
        Assert.True(await IsClosedAsync(first));
        Assert.True(await LimitedListener.IsServedAsync(third));
        Assert.True(await LimitedListener.IsServedAsync(second));
        Assert.Equal((1, 0), (gate.Displaced, gate.Refused));
    }

    [Fact]
    public async Task A_connection_with_a_request_in_flight_is_left_alone_and_one_more_is_closed()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { Connections = 2 });
        var gate = listener.Get<ConnectionGate>();
        var served = new[] { listener.PostAsync(), listener.PostAsync(isKnown: true) };
        await Eventually.IsTrueAsync("two are in flight", () => Task.FromResult(listener.Waiting == 2), cancellation: Cancellation);

        using var third = await listener.ConnectAsync();
        Assert.False(await LimitedListener.IsServedAsync(third));
        Assert.Equal((0, 1), (gate.Displaced, gate.Refused));

        listener.LetGo(2);
        Assert.All(await Task.WhenAll(served), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        using var fourth = await listener.ConnectAsync();
        Assert.True(await LimitedListener.IsServedAsync(fourth));
    }

    [Fact]
    public async Task Strangers_make_room_before_a_caller_whom_the_settings_name()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { Connections = 2 });
        listener.LetGo(100);
        using var known = await ConnectAsync(listener, 1);
        await AskAsync(known);
        var gate = listener.Get<ConnectionGate>();
        var strangers = new List<Socket>();
        for (var i = 1; i <= 5; i++)
        {
            strangers.Add(await listener.ConnectAsync());
            await Eventually.IsTrueAsync("it has a place", () => Task.FromResult(gate.Displaced == i - 1 && gate.Open == 2), cancellation: Cancellation);
        }

        await AskAsync(known);
        Assert.True(await LimitedListener.IsServedAsync(strangers[^1]));
        strangers.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Of_callers_whom_the_settings_name_whoever_has_most_connections_makes_room_first()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { Connections = 4 }, callers: 2);
        listener.LetGo(100);
        var gate = listener.Get<ConnectionGate>();
        using var only = await ConnectAsync(listener, 1);
        await AskAsync(only);
        var crowd = new List<Socket>();
        for (var i = 1; i <= 8; i++)
        {
            crowd.Add(await listener.ConnectAsync());
            await AskAsync(crowd[^1], caller: 1);
            await Eventually.IsTrueAsync("one has left", () => Task.FromResult(gate.Open <= 4), cancellation: Cancellation);
        }

        Assert.Equal(5, gate.Displaced);
        await AskAsync(only);
        Assert.True(await LimitedListener.IsServedAsync(crowd[^1]));
        crowd.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_head_that_never_ends_keeps_no_place()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { Connections = 2 });
        var gate = listener.Get<ConnectionGate>();
        var slow = new List<Socket>();
        for (var i = 1; i <= 4; i++)
        {
            slow.Add(await listener.ConnectAsync());
            await slow[^1].SendAsync("GET / HTTP/1.1\r\nHost: x\r\nX-Long: "u8.ToArray(), Cancellation);
            await Eventually.IsTrueAsync("it is there", () => Task.FromResult(gate.Open + gate.Displaced >= i), cancellation: Cancellation);
        }

        Assert.True(await IsClosedAsync(slow[0]));
        Assert.True(await IsClosedAsync(slow[1]));
        using var served = await listener.ConnectAsync();
        Assert.True(await LimitedListener.IsServedAsync(served));
        Assert.Equal(0, gate.Refused);
        slow.ForEach(socket => socket.Dispose());
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
                time.Advance(ListenerProbe.Timeout);
                return Task.FromResult(asking.IsCompleted);
            },
            cancellation: Cancellation);

        Assert.False(await asking);
    }

    [Fact]
    public async Task Refusals_degrade_for_as_long_as_somebody_may_look_once_and_a_flood_ends_once()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { Connections = (int)(CapacityWatch.Flood / Capacity.BytesOfConnection) });
        var (time, gate, degradations) = (new FakeTimeProvider(), listener.Get<ConnectionGate>(), listener.Get<Degradations>());
        using var watch = new CapacityWatch(gate, listener.Get<RequestLimits>(), degradations, time);
        Assert.False(watch.Look());
        Assert.False(degradations.IsDegraded(HealthComponent.Capacity));

        var flood = new List<Socket>();
        while (gate.Displaced == 0)
        {
            flood.Add(await listener.ConnectAsync());
        }

        Assert.False(watch.Look());
        Assert.True(degradations.IsDegraded(HealthComponent.Capacity));

        flood.ForEach(socket => socket.Dispose());
        await Eventually.IsTrueAsync("all have gone", () => Task.FromResult(gate.Open == 0), cancellation: Cancellation);
        Assert.Equal(CapacityWatch.CalmLooks, Enumerable.Range(1, 10).First(_ => watch.Look()));
        Assert.False(watch.Look());
        time.Advance(CapacityWatch.IsTold);
        watch.Look();
        Assert.False(degradations.IsDegraded(HealthComponent.Capacity));
    }

    [Fact]
    public async Task A_few_large_bodies_are_a_flood_which_is_over_when_they_have_gone_for_some_looks()
    {
        await using var listener = await LimitedListener.StartAsync(s_any);
        var bodies = (int)(CapacityWatch.Flood / RequestLimits.MostBuffered);
        using var watch = new CapacityWatch(listener.Get<ConnectionGate>(), listener.Get<RequestLimits>(), listener.Get<Degradations>(), new FakeTimeProvider());
        for (var minute = 0; minute < 2; minute++)
        {
            var flood = await PostAsync();
            Assert.False(watch.Look());
            await EndAsync(flood);

            // Between two looks they come and go.
            Assert.False(watch.Look());
            flood = await PostAsync();
            Assert.False(watch.Look());
            await EndAsync(flood);
            Assert.Equal(CapacityWatch.CalmLooks, Enumerable.Range(1, 10).First(_ => watch.Look()));
        }

        async Task<Task<HttpResponseMessage>[]> PostAsync()
        {
            var flood = Enumerable.Range(0, bodies).Select(_ => listener.PostAsync(RequestLimits.MostBuffered)).ToArray();
            await Eventually.IsTrueAsync("they are in flight", () => Task.FromResult(listener.Waiting == bodies), cancellation: Cancellation);
            return flood;
        }

        async Task EndAsync(Task<HttpResponseMessage>[] flood)
        {
            listener.LetGo(bodies);
            Assert.All(await Task.WhenAll(flood), static answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
            await Eventually.IsTrueAsync("they have gone", () => Task.FromResult(listener.Get<RequestLimits>().Buffered == 0), cancellation: Cancellation);
        }
    }

    private static async Task<Socket> ConnectAsync(LimitedListener listener, int number)
    {
        var socket = await listener.ConnectAsync();
        await Eventually.IsTrueAsync("it is there", () => Task.FromResult(listener.Get<ConnectionGate>().Open == number), cancellation: Cancellation);
        return socket;
    }

    private static async Task AskAsync(Socket socket, int caller = 0)
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: {LimitedListener.Credentials(caller)}\r\n\r\n"), Cancellation);
        var answer = new byte[1024];
        Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(answer, 0, await socket.ReceiveAsync(answer, Cancellation)), StringComparison.Ordinal);
    }

    // Before anything was asked.
    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], Cancellation) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}

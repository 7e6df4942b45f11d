using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.CustomerApi;
using ProxyShim.Http;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Telemetry.Health;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

/// <summary>What .NET's HTTP client really meets, and what is told of it.</summary>
public sealed class CustomerApiReachTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Degradations _degradations;

    public CustomerApiReachTests() => _degradations = new Degradations(new CapturedLog(_time).Events, _time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_listens() => await AssertToldAsync($"http://127.0.0.1:{FreePort.Next()}", "refused");

    [Fact]
    public async Task The_name_does_not_resolve() => await AssertToldAsync("https://api.partnerstack.invalid", "dns");

    [Fact]
    public async Task Https_to_a_plain_server()
    {
        await using var plain = await SimulatedPartnerStack.StartAsync(new(), Cancellation);

        await AssertToldAsync($"https://127.0.0.1:{plain.CustomerApiAddress.Port}", "tls");
    }

    [Fact]
    public async Task A_connection_that_breaks()
    {
        await using var breaking = await SimulatedPartnerStack.StartAsync(new(), Cancellation);
        breaking.CustomerApi.SetFault(Fault.ResetBeforeBody);

        await AssertToldAsync($"http://127.0.0.1:{breaking.CustomerApiAddress.Port}", "unavailable");
    }

    [Fact]
    public async Task No_answer_in_time()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        await AssertToldAsync($"http://{silent.LocalEndpoint}", "timeout");
    }

    [Fact]
    public void One_call_that_fails_beside_others_that_are_answered_is_no_outage()
    {
        var reach = ReachOf("https://api.partnerstack.com");
        reach.Answered();
        reach.Failed(null);
        _time.Advance(CustomerApiReach.AnswerCounts);
        reach.Failed(null);
        Assert.Empty(_degradations.Current);

        _time.Advance(TimeSpan.FromSeconds(1));
        reach.Failed(null);
        Assert.Equal("api.partnerstack.com:443", Assert.Single(_degradations.Current).Detail);
    }

    private async Task AssertToldAsync(string address, string reason)
    {
        var reach = ReachOf(address);
        using var client = new HttpClient(new OutboundClients(new OutboundSettings(UseSystemProxy: false, TimeSpan.FromSeconds(20))).CreateHandler()) { Timeout = TimeSpan.FromSeconds(5) };
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => client.GetAsync(new Uri(address), Cancellation));

        // Before the first call nobody knows, and nothing is said.
        Assert.Empty(_degradations.Current);
        reach.Failed(failure);

        var trouble = Assert.Single(_degradations.Current);
        var place = new Uri(address);
        Assert.Equal((HealthComponent.CustomerApi, reason, $"{place.Host}:{place.Port}"), (trouble.Part, trouble.Reason, trouble.Detail));

        reach.Answered();
        Assert.Empty(_degradations.Current);
    }

    private CustomerApiReach ReachOf(string address) => new(Given.Settings(("CustomerApi:Address", address)).CustomerApi, _degradations, _time);
}

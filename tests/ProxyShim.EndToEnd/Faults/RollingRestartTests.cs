using System.Globalization;
using System.Net;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>Two replicas behind one port are replaced one after the other, as a deployment does it, while clients that keep their connections go on calling.</summary>
[Collection(FaultCollection.Name)]
public class RollingRestartTests
{
    private const int Rounds = 2;
    private const int Connections = 16;
    private const int Clicks = 40_000;

    // Calls between two restarts, so that each replica has its share again.
    private const int Settled = 200;

    // A Conversion API that takes a moment: at any time some calls are in flight.
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_fails_and_each_customer_is_converted_once()
    {
        Require.Program("redis-server", "redis-server");
        await using var scenario = await Scenario.StartAsync(replicas: 2, keyPair: true, AppLoad.Settings, [], Cancellation);
        scenario.PartnerStack.ConversionApi.SetFault(Fault.Delay(s_pace));
        await using var ledger = await scenario.OpenLedgerAsync(Cancellation);
        await ledger.WriteClicksAsync(Enumerable.Range(0, Clicks).Select(AppLoad.CustomerKey));
        await using var balancer = await Balancer.StartAsync([.. scenario.Replicas.Select(replica => replica.Address)], Cancellation);
        var app = new KeepAliveApp(balancer.Address, AppLoad.CustomerKey);
        using var leaving = new CancellationTokenSource();
        var load = app.RunAsync(Connections, leaving.Token, Cancellation);

        var restarts = 0;
        for (; restarts < Rounds * scenario.Replicas.Count; restarts++)
        {
            await app.AfterAsync(Settled, Cancellation);
            await ReplaceAsync(scenario.Replicas[restarts % scenario.Replicas.Count], balancer);
        }

        await app.AfterAsync(Settled, Cancellation);
        await leaving.CancelAsync();
        await load;
        await ledger.DrainAsync(Cancellation);

        var customers = app.Acknowledged;
        var lost = customers.Count(customer => scenario.PartnerStack.FindCustomer(customer) is null);
        var twice = customers.Count(customer => scenario.PartnerStack.ConversionsFor(customer) > 1);
        var requests = scenario.PartnerStack.Conversions.Count;
        ReportFile.Write("Faults", "rolling-restart.md", string.Create(CultureInfo.InvariantCulture, $"""
            # A rolling restart under load

            Two replicas behind one port (nginx, which spreads connections) share a Redis. One after the other is told to end (SIGTERM), taken out as soon as it
            says that it is not ready, started again and put back. The app keeps {Connections} connections and sends each request once. Counted at the simulated PartnerStack.

            | requests answered | failed | restarts | conversion requests | twice | lost |
            | --: | --: | --: | --: | --: | --: |
            | {customers.Count} | {app.Failures.Count + app.Refused} | {restarts} | {requests} | {twice} | {lost} |

            """));

        Assert.Empty(app.Failures);
        Assert.Equal((0, 0, 0, customers.Count), (app.Refused, lost, twice, requests));
        Assert.Empty(await ledger.DeadAsync());

        // Each restart has cost the app the connections it had to that replica: it was really there.
        Assert.InRange(app.Connections, Connections + restarts, int.MaxValue);
    }

    private static async Task ReplaceAsync(Replica replica, Balancer balancer)
    {
        var exit = replica.StopAsync(Cancellation);
        using var client = new HttpClient();
        await Eventually.IsTrueAsync("the replica is not ready any more", async () =>
        {
            using var answer = await client.GetAsync(new Uri(replica.Management, "/healthz/ready"), Cancellation);
            return answer.StatusCode == HttpStatusCode.ServiceUnavailable;
        }, cancellation: Cancellation);
        await balancer.TakeOutAsync(replica.Address, Cancellation);
        Assert.Equal(0, await exit);
        await replica.StartAsync(Cancellation);
        await balancer.PutBackAsync(replica.Address, Cancellation);
    }
}

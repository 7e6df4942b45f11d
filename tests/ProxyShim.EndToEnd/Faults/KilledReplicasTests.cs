using System.Globalization;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>Twenty thousand customers, while one of two replicas is killed every second.</summary>
[Collection(FaultCollection.Name)]
public class KilledReplicasTests
{
    private const int Customers = 20_000;
    private const int Concurrency = 24;

    private static readonly TimeSpan s_betweenKills = TimeSpan.FromSeconds(1);

    // A machine that is busy with this test shall not look like an API that hangs.
    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["ConversionApi:AttemptTimeout"] = "00:00:03",
        ["ConversionApi:TotalTimeout"] = "00:00:06",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_customer_is_converted_exactly_once()
    {
        Require.Program("redis-server", "redis-server");
        await using var scenario = await Scenario.StartAsync(replicas: 2, keyPair: true, s_settings, [], Cancellation);
        await using var ledger = await scenario.OpenLedgerAsync(Cancellation);
        var customers = Enumerable.Range(0, Customers).Select(LegacyApp.Customer).ToArray();
        await ledger.WriteClicksAsync(customers);

        var load = scenario.App.CreateAsync(customers, Concurrency, Cancellation);
        var kills = await KillUntilAsync(load, scenario);
        await load;
        await ledger.DrainAsync(Cancellation);

        var acknowledged = scenario.App.Replies.Values.Count(reply => reply == AppReply.Acknowledged);
        var lost = customers.Count(customer => scenario.PartnerStack.FindCustomer(customer) is null);
        var twice = customers.Count(customer => scenario.PartnerStack.ConversionsFor(customer) > 1);
        var requests = scenario.PartnerStack.Conversions.Count;
        ReportFile.Write("Faults", "killed-replicas.md", string.Create(CultureInfo.InvariantCulture, $"""
            # Twenty thousand customers, and a `kill -9` every second

            Two replicas share a Redis; every second one of them is killed and at once started again. The legacy app calls both in turn and tries again
            when it is not answered. Counted at the simulated PartnerStack.

            | customers | acknowledged | kills | conversion requests | twice | lost |
            | --: | --: | --: | --: | --: | --: |
            | {Customers} | {acknowledged} | {kills} | {requests} | {twice} | {lost} |

            """));

        Assert.Equal((Customers, 0, 0, Customers), (acknowledged, lost, twice, requests));
        Assert.Empty(await ledger.DeadAsync());
        Assert.Empty(await ledger.BodiesAsync());

        // A run without kills would have proved nothing.
        Assert.NotEqual(0, kills);
    }

    private static async Task<int> KillUntilAsync(Task load, Scenario scenario)
    {
        using var everySecond = new PeriodicTimer(s_betweenKills, TimeProvider.System);
        for (var kills = 0; ; kills++)
        {
            await Task.WhenAny(load, everySecond.WaitForNextTickAsync(Cancellation).AsTask());
            if (load.IsCompleted)
            {
                return kills;
            }

            var replica = scenario.Replicas[kills % scenario.Replicas.Count];
            await replica.KillAsync();
            await replica.StartAsync(Cancellation);
        }
    }
}

using System.Collections.Concurrent;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>Customers whose click was not there when the app called: one conversion, or the original request at the Customer API. Counted at the simulated PartnerStack.</summary>
public sealed class HeldFaultTests
{
    private const int Each = 4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_click_that_comes_a_second_after_the_call_is_converted_once()
    {
        Require.Program("redis-server", "redis-server");
        await using var scenario = await StartAsync(replicas: 2, holdFor: "00:01:00");
        await using var ledger = await scenario.OpenLedgerAsync(Cancellation);
        var customers = Enumerable.Range(0, 2 * Each).Select(LegacyApp.Customer).ToArray();
        await scenario.App.CreateAsync(customers, Each, Cancellation);
        Assert.Equal(customers.Length, await ledger.HeldAsync());

        // The page's message, which lost the race. Some apps call twice.
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Cancellation);
        await ledger.WriteClicksAsync(customers);
        await scenario.App.CreateAsync(customers.Take(Each), Each, Cancellation);

        await ledger.DrainHeldAsync(Cancellation);
        await ledger.DrainAsync(Cancellation);
        Assert.All(customers, customer => Assert.Equal((1, 1), (scenario.PartnerStack.ArrivalsFor(customer), scenario.PartnerStack.ConversionsFor(customer))));
        Assert.Empty(Posts(scenario));
        Assert.Empty(await ledger.BodiesAsync());
    }

    [Fact]
    public async Task Without_a_click_the_customer_api_has_the_original_request_once_whenever_the_shim_is_killed()
    {
        Require.Program("redis-server", "redis-server");
        await using var scenario = await StartAsync(replicas: 1, holdFor: "00:00:04");
        await using var ledger = await scenario.OpenLedgerAsync(Cancellation);
        string[] Customers(int group) => [.. Enumerable.Range(group * Each, Each).Select(LegacyApp.Customer)];
        var (done, begun, waiting) = (Customers(0), Customers(1), Customers(2));

        // Killed after the hand-over, while it is under way (half of them have landed by then), and before it.
        await scenario.App.CreateAsync(done, Each, Cancellation);
        await ledger.DrainHeldAsync(Cancellation);
        var met = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        scenario.PartnerStack.CustomerApi.SetFaultRule(call => call.Method == "POST" && begun.FirstOrDefault(customer => Names(call, customer)) is { } customer && met.TryAdd(customer, true)
            ? Fault.Hang(landed: Array.IndexOf(begun, customer) % 2 == 0)
            : null);
        await scenario.App.CreateAsync(begun, Each, Cancellation);
        await scenario.PartnerStack.WaitUntilAsync(
            stack => stack.Calls.Count(call => call.Fault?.Kind == FaultKind.Hang) == Each, TimeSpan.FromMinutes(1), Cancellation);
        await scenario.App.CreateAsync(waiting, Each, Cancellation);
        await scenario.Replicas[0].KillAsync();
        await scenario.Replicas[0].StartAsync(Cancellation);
        await ledger.DrainHeldAsync(Cancellation);

        var posts = Posts(scenario);
        foreach (var customer in done.Concat(begun).Concat(waiting))
        {
            // What surely did not land is handed over again, and nothing else.
            var mine = posts.Where(call => Names(call, customer)).ToList();
            Assert.Equal(begun.Contains(customer) && Array.IndexOf(begun, customer) % 2 == 1 ? 2 : 1, mine.Count);
            Assert.All(mine, call => Assert.Equal(LegacyApp.BodyOf(customer), call.BodyText));
            Assert.Equal(CustomerOrigin.CustomerApi, scenario.PartnerStack.FindCustomer(customer)!.Origin);
            Assert.Equal(0, scenario.PartnerStack.ArrivalsFor(customer));
        }

        Assert.Empty(await ledger.DeadAsync());
        Assert.Empty(await ledger.BodiesAsync());
    }

    private static Task<Scenario> StartAsync(int replicas, string holdFor) => Scenario.StartAsync(
        replicas, keyPair: true,
        new Dictionary<string, string> { ["Conversions:OnMiss"] = "Hold", ["Conversions:HoldFor"] = holdFor, ["Redis:Timeout"] = "00:00:02" }, [], Cancellation);

    private static bool Names(RecordedCall call, string customer) => call.BodyText.Contains($"\"{customer}\"", StringComparison.Ordinal);

    private static List<RecordedCall> Posts(Scenario scenario) =>
        [.. scenario.PartnerStack.Calls.Where(static call => call is { Kind: ApiKind.CustomerApi, Method: "POST" })];
}

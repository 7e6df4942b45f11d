using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>
/// An older version beside this one on one Redis, as during an update: each customer is reported to both at once. <c>PROXYSHIM_OLDER_BINARY</c> names its program
/// (<c>.ci/mixed-versions COMMIT</c> builds it); without it this version runs beside itself.
/// </summary>
[Collection(FaultCollection.Name)]
public class MixedVersionTests
{
    private const int Connections = 6;
    private const int Clicks = 20_000;
    private const int Creations = 300;
    private const int MostSales = 200;

    private static readonly Dictionary<string, string> s_settings = new(AppLoad.Settings) { ["ConversionApi:MaxAttempts"] = "1" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_versions_on_one_ledger_lose_nobody_and_count_nobody_twice()
    {
        Require.Program("redis-server", "redis-server");
        var given = Environment.GetEnvironmentVariable("PROXYSHIM_OLDER_BINARY");
        await using var scenario = await Scenario.StartAsync(
            replicas: 2, keyPair: true, s_settings, [], Cancellation, last: given is { Length: > 0 } path ? new(path, IsNative: true, IsOlder: true) : null);

        // Every fourth call is not taken: what is due then is sent by whichever of the two comes first.
        var calls = 0;
        scenario.PartnerStack.ConversionApi.SetFaultRule(_ => Interlocked.Increment(ref calls) % 4 == 0 ? Fault.Status(503) : null);
        scenario.PartnerStack.Lag = TimeSpan.FromSeconds(1);
        await using var ledger = await scenario.OpenLedgerAsync(Cancellation);
        await ledger.WriteClicksAsync(Enumerable.Range(0, Clicks).Select(AppLoad.CustomerKey));

        KeepAliveApp[] apps = [.. scenario.Replicas.Select(replica => new KeepAliveApp(replica.Address, AppLoad.CustomerKey))];
        using var leaving = new CancellationTokenSource();
        var load = apps.Select(app => app.RunAsync(Connections, leaving.Token, Cancellation)).ToList();
        await Task.WhenAll(apps.Select(app => app.AfterAsync(Creations, Cancellation)));
        await leaving.CancelAsync();
        await Task.WhenAll(load);

        // Some within the lag, so that they are kept by one and played by either; the others once all is over.
        var customers = apps.SelectMany(app => app.Acknowledged).ToHashSet(StringComparer.Ordinal);
        var buyers = customers.Take(MostSales).ToList();
        await SellAsync(scenario, buyers[..(buyers.Count / 2)]);
        await ledger.DrainAsync(Cancellation);
        await ledger.DrainCallsAsync(Cancellation);
        await SellAsync(scenario, buyers[(buyers.Count / 2)..]);

        var lost = customers.Count(customer => scenario.PartnerStack.FindCustomer(customer) is null);
        var twice = customers.Count(customer => scenario.PartnerStack.ConversionsFor(customer) != 1);
        var sales = scenario.PartnerStack.FollowUps.GroupBy(sale => sale.CustomerKey).Select(sale => sale.Count()).ToList();
        var formatErrors = scenario.Replicas.SelectMany(replica => replica.Output).Count(IsFormatError);
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{customers.Count} customers, reported to both; {calls} conversion requests; lost {lost}, not once {twice}; {buyers.Count} sales, {sales.Sum()} arrived; format errors {formatErrors}"));

        Assert.All(apps, app => Assert.Empty(app.Failures));
        Assert.Equal((0, 0, 0), (lost, twice, formatErrors));
        Assert.Equal((buyers.Count, buyers.Count), (sales.Count, sales.Sum()));
        Assert.Empty(await ledger.DeadAsync());
        Assert.Empty(await ledger.DeadCallsAsync());

        // Each has done its share.
        Assert.All(scenario.Replicas, replica => Assert.Contains(replica.Output, static line => line.Contains("\"Event\":\"ConversionSent\"", StringComparison.Ordinal)));
    }

    private static bool IsFormatError(string line) =>
        line.Contains("ledger_format", StringComparison.Ordinal) || line.Contains("\"@l\":\"Error\"", StringComparison.Ordinal);

    // Each at the other version than the one before.
    private static async Task SellAsync(Scenario scenario, IReadOnlyList<string> customers)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{LegacyApp.Pair.PublicKey}:{LegacyApp.Pair.SecretKey}")));
        foreach (var (number, customer) in customers.Index())
        {
            using var content = new StringContent($$"""{"customer_key":"{{customer}}","amount":4900,"currency":"USD"}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri(scenario.Replicas[number % 2].Address, "/api/v2/transactions"), content, Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }
}

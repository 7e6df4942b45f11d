using System.Net;
using System.Text.Json.Nodes;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>One customer, created a hundred times at the same moment.</summary>
[Collection(FaultCollection.Name)]
public class OneCustomerTests
{
    private const int Calls = 100;
    private static readonly string Customer = LegacyApp.Customer(0);

    // A hundred callers at once on a busy machine are no Redis that is down.
    private static readonly Dictionary<string, string> s_patient = new() { ["Redis:Timeout"] = "00:00:05" };

    private static readonly Fault s_slow = Fault.Delay(TimeSpan.FromMilliseconds(400));

    private static readonly (string Name, Fault? Fault)[] s_conversionApis =
    [
        ("quick", null),
        ("slow", s_slow),
        ("hanging, landed", Fault.Hang(landed: true)),
        ("down", Fault.Status(503)),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static MatrixTheoryData<string, int> Cases => new(s_conversionApis.Select(api => api.Name), [1, 2]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Is_converted_once_and_all_get_the_same_good_answer(string conversionApi, int replicas)
    {
        Require.Program("redis-server", "redis-server");
        var (_, fault) = s_conversionApis.Single(api => api.Name == conversionApi);
        await using var scenario = await Scenario.StartAsync(replicas, keyPair: true, s_patient, [], Cancellation);
        await using var ledger = await scenario.OpenLedgerAsync(Cancellation);
        await ledger.WriteClicksAsync([Customer]);
        scenario.PartnerStack.ConversionApi.SetFault(fault);

        var answers = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => CallAsync(scenario.App)));
        scenario.PartnerStack.ConversionApi.ClearFaults();
        await ledger.DrainAsync(Cancellation);

        Assert.Equal(1, scenario.PartnerStack.ConversionsFor(Customer));
        Assert.Equal(CustomerOrigin.Conversion, Assert.Single(scenario.PartnerStack.Customers).Origin);
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        var body = Assert.Single(answers.Select(answer => answer.Body).Distinct(StringComparer.Ordinal));
        Assert.Equal(Customer, JsonNode.Parse(body)!["data"]!["customer_key"]!.GetValue<string>());
    }

    /// <summary>The body without its times, which are those of the call that was first and differ from the ledger's by milliseconds.</summary>
    private static async Task<(HttpStatusCode Status, string Body)> CallAsync(LegacyApp app)
    {
        using var response = await app.PostAsync(Customer, Cancellation);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;
        var data = body["data"]?.AsObject();
        data?.Remove("created_at");
        data?.Remove("updated_at");
        return (response.StatusCode, body.ToJsonString());
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ProxyShim.Sandbox.PartnerStack;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed class SimulatorControlTests : SimulatorFixture
{
    private readonly List<(string CustomerKey, string Click)> _kept = [];

    protected override SimulatedPartnerStackOptions Options => new()
    {
        KeepClick = (customer, click) =>
        {
            _kept.Add((customer, click));
            return Task.CompletedTask;
        },
    };

    [Fact]
    public async Task What_was_recorded_can_be_read()
    {
        using var converted = await ConvertAsync("ada");
        await Stack.WaitUntilAsync(static stack => stack.Calls[0].Completed, WaitTimeout, Cancellation);

        var call = Assert.Single(await ListAsync("calls"))!;
        Assert.Equal("conversion_api", call["kind"]!.GetValue<string>());
        Assert.Equal("/conversion/xid", call["target"]!.GetValue<string>());
        Assert.Equal("""{"xid":"xid_1","customer_key":"ada"}""", call["body"]!.GetValue<string>());
        Assert.Contains(call["headers"]!.AsArray(), static header => header![0]!.GetValue<string>() == "Authorization");
        Assert.Equal((200, true), (call["status"]!.GetValue<int>(), call["completed"]!.GetValue<bool>()));

        var conversion = Assert.Single(await ListAsync("conversions"))!;
        Assert.Equal("landed", conversion["effect"]!.GetValue<string>());
        Assert.Equal("xid_1", conversion["body"]!["xid"]!.GetValue<string>());

        var customer = Assert.Single(await ListAsync("customers"))!;
        Assert.Equal(("ada", "conversion"), (customer["customer_key"]!.GetValue<string>(), customer["origin"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("""{"api":"conversion_api","kind":"status","status":503,"headers":{"Retry-After":"1"},"times":1}""", "503 200")]
    [InlineData("""{"api":"conversion_api","kind":"status","status":502,"landed":true}""", "502 502")]
    [InlineData("""{"api":"conversion_api","kind":"status","status":503,"method":"POST"}""", "503 503")]
    [InlineData("""{"api":"conversion_api","kind":"status","status":503,"method":"GET"}""", "200 200")]
    [InlineData("""{"api":"conversion_api","kind":"delay","milliseconds":1}""", "200 200")]
    [InlineData("""{"api":"conversion_api","kind":"slow_drip","milliseconds":0}""", "200 200")]
    [InlineData("""{"api":"customer_api","kind":"status","status":503}""", "200 200")]
    public async Task Faults_can_be_set_and_cleared(string fault, string expected)
    {
        await SetFaultAsync(fault, HttpStatusCode.OK);
        using var first = await ConvertAsync("ada");
        using var second = await ConvertAsync("ada");
        Assert.Equal(expected, $"{(int)first.StatusCode} {(int)second.StatusCode}");

        await SetFaultAsync("""{"api":"conversion_api"}""", HttpStatusCode.OK);
        using var after = await ConvertAsync("ada");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Theory]
    [InlineData("refuse")]
    [InlineData("reset_before_body")]
    [InlineData("reset_after_body")]
    public async Task Connections_can_be_broken(string kind)
    {
        await SetFaultAsync($$"""{"api":"conversion_api","kind":"{{kind}}"}""", HttpStatusCode.OK);
        await Assert.ThrowsAsync<HttpRequestException>(() => ConvertAsync("ada"));
        Assert.Empty(Stack.Customers);
    }

    [Theory]
    [InlineData("", "the body must be a JSON object")]
    [InlineData("[]", "the body must be a JSON object")]
    [InlineData("not json", "the body must be a JSON object")]
    [InlineData("""{"kind":"phantom"}""", "api is missing: one of customer_api, conversion_api")]
    [InlineData("""{"api":"conversion_api","kind":"unheard_of"}""", "kind must be one of refuse, reset_before_body,")]
    [InlineData("""{"api":"conversion_api","kind":"status"}""", "status is missing: a number from 200 to 599")]
    [InlineData("""{"api":"conversion_api","kind":"status","status":1}""", "status must be a number from 200 to 599")]
    [InlineData("""{"api":"conversion_api","kind":"delay"}""", "milliseconds is missing")]
    [InlineData("""{"api":"conversion_api","kind":"phantom","times":-1}""", "times must be a number from 1 to")]
    [InlineData("""{"api":"conversion_api","kind":"status","status":503,"headers":{"a":1}}""", "headers must be an object of texts")]
    [InlineData("""{"api":"conversion_api","kind":"phantom","misspelled":1}""", "'misspelled' is not a field here; they are api, kind,")]
    [InlineData("""{"api":"conversion_api","kind":"refuse","times":1}""", "refuse goes with neither times nor method")]
    [InlineData("""{"api":"conversion_api","kind":"phantom","times":1,"method":"POST"}""", "times and method do not go together")]
    public async Task A_fault_that_cannot_be_read_is_a_400_in_plain_words_and_changes_nothing(string fault, string said)
    {
        var message = (await SetFaultAsync(fault, HttpStatusCode.BadRequest))["message"]!.GetValue<string>();
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.EndsWith("GET /faults says what there is.", message, StringComparison.Ordinal);
        Assert.DoesNotContain("ProxyShim", message, StringComparison.Ordinal);
        using var response = await ConvertAsync("ada");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_faults_there_are_and_those_that_are_set_can_be_read()
    {
        await SetFaultAsync("""{"api":"conversion_api","kind":"status","status":503,"times":2}""", HttpStatusCode.OK);
        await SetFaultAsync("""{"api":"conversion_api","kind":"phantom"}""", HttpStatusCode.OK);
        await SetFaultAsync("""{"api":"customer_api","kind":"refuse"}""", HttpStatusCode.OK);

        using var control = new HttpClient { BaseAddress = Stack.ControlAddress };
        var faults = JsonNode.Parse(await control.GetStringAsync("faults", Cancellation))!;

        Assert.Equal(["once: Status 503", "once: Status 503", "all: Phantom"], Texts(faults["set"]!["conversion_api"]!));
        Assert.Equal(["all: Refuse"], Texts(faults["set"]!["customer_api"]!));
        Assert.Equal(Enum.GetValues<FaultKind>().Length, faults["kinds"]!.AsObject().Count);
        Assert.All(Texts(faults["examples"]!), example => Assert.StartsWith($"curl {Stack.ControlAddress}faults -d '", example, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_example_of_a_fault_is_one()
    {
        using var control = new HttpClient { BaseAddress = Stack.ControlAddress };
        var faults = JsonNode.Parse(await control.GetStringAsync("faults", Cancellation))!;
        foreach (var example in Texts(faults["examples"]!))
        {
            await SetFaultAsync(example.Split('\'')[1], HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_click_is_kept_by_the_site_and_known_to_PartnerStack()
    {
        var click = (await PostAsync("clicks", """{"customer_key":"ada","partner_key":"lovelace","sub_ids":["blog"],"ip_address":"203.0.113.7"}""", HttpStatusCode.OK))["click"]!;

        var xid = click["xid"]!.GetValue<string>();
        Assert.Matches("^[0-9A-Za-z]{14}$", xid);
        Assert.Equal(("ada", $$"""{"xid":"{{xid}}","partner_key":"lovelace","sub_ids":["blog"],"ip_address":"203.0.113.7"}"""), Assert.Single(_kept));
        using var converted = await ConvertAsync("ada", xid);
        Assert.Equal("lovelace", Assert.Single(Stack.Customers).PartnerKey);
    }

    [Fact]
    public async Task A_click_may_bring_its_own_id_and_outlives_a_reset()
    {
        await PostAsync("clicks", """{"customer_key":"ada","partner_key":"lovelace","xid":"x1"}""", HttpStatusCode.OK);
        await PostAsync("reset", "", HttpStatusCode.OK);
        using var converted = await ConvertAsync("ada", "x1");
        Assert.Equal("lovelace", Assert.Single(Stack.Customers).PartnerKey);
    }

    [Theory]
    [InlineData("", "the body must be a JSON object")]
    [InlineData("""{"customer_key":"ada"}""", "partner_key is missing")]
    [InlineData("""{"customer_key":"","partner_key":"lovelace"}""", "customer_key must be a text that is not empty")]
    [InlineData("""{"customer_key":"ada","partner_key":"lovelace","sub_ids":"blog"}""", "sub_ids must be a list of texts")]
    [InlineData("""{"customer_key":"ada","partner_key":"lovelace","sub_id":"blog"}""", "'sub_id' is not a field here")]
    public async Task A_click_that_cannot_be_read_is_a_400_in_plain_words_and_kept_by_nobody(string click, string said)
    {
        var answer = await PostAsync("clicks", click, HttpStatusCode.BadRequest);
        Assert.Contains(said, answer["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Empty(_kept);
    }

    [Fact]
    public async Task A_reset_begins_anew()
    {
        using var converted = await ConvertAsync("ada");
        using var control = new HttpClient { BaseAddress = Stack.ControlAddress };
        using var reset = await control.PostAsync("reset", Json("{}"), Cancellation);
        using var unknown = await control.GetAsync("else", Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (reset.StatusCode, unknown.StatusCode));
        Assert.Empty(Stack.Calls);
        Assert.Empty(Stack.Customers);
    }

    private async Task<JsonArray> ListAsync(string path)
    {
        using var control = new HttpClient { BaseAddress = Stack.ControlAddress };
        return JsonNode.Parse(await control.GetStringAsync(path, Cancellation))!.AsArray();
    }

    private static IEnumerable<string> Texts(JsonNode texts) => texts.AsArray().Select(static text => text!.GetValue<string>());

    private Task<JsonNode> SetFaultAsync(string fault, HttpStatusCode expected) => PostAsync("faults", fault, expected);

    private async Task<JsonNode> PostAsync(string path, string body, HttpStatusCode expected)
    {
        using var control = new HttpClient { BaseAddress = Stack.ControlAddress };
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var response = await control.PostAsync(path, content, Cancellation);
        Assert.Equal(expected, response.StatusCode);
        return await ReadAsync(response);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ProxyShim.Sandbox.PartnerStack;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed class SimulatorControlTests : SimulatorFixture
{
    [Fact]
    public async Task What_was_recorded_can_be_read()
    {
        using var converted = await ConvertAsync("ada");
        await Stack.WaitUntilAsync(static stack => stack.Calls[0].Completed, Patience, Cancellation);

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
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"api":"conversion_api","kind":"unheard_of"}""")]
    [InlineData("""{"api":"conversion_api","kind":"status","status":1}""")]
    [InlineData("""{"api":"conversion_api","kind":"phantom","misspelled":1}""")]
    [InlineData("""{"api":"conversion_api","kind":"refuse","times":1}""")]
    [InlineData("""{"api":"conversion_api","kind":"phantom","times":1,"method":"POST"}""")]
    public async Task A_fault_that_cannot_be_read_is_a_400_and_changes_nothing(string fault)
    {
        await SetFaultAsync(fault, HttpStatusCode.BadRequest);
        using var response = await ConvertAsync("ada");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
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

    private async Task SetFaultAsync(string fault, HttpStatusCode expected)
    {
        using var control = new HttpClient { BaseAddress = Stack.ControlAddress };
        using var content = new StringContent(fault, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var response = await control.PostAsync("faults", content, Cancellation);
        Assert.Equal(expected, response.StatusCode);
    }
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ProxyShim.Sandbox.PartnerStack;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

/// <summary>A simulator of its own for each test, and a client with the right credentials for each API.</summary>
public abstract class SimulatorFixture : IAsyncLifetime
{
    protected static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(20);

    protected SimulatedPartnerStack Stack { get; private set; } = null!;

    protected HttpClient Customers { get; private set; } = null!;

    protected HttpClient Conversions { get; private set; } = null!;

    protected virtual SimulatedPartnerStackOptions Options => new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Stack = await SimulatedPartnerStack.StartAsync(Options, Cancellation);
        Customers = new() { BaseAddress = Stack.CustomerApiAddress };
        Customers.DefaultRequestHeaders.Authorization = Basic("pk_sandbox", "sk_sandbox");
        Conversions = new() { BaseAddress = Stack.ConversionApiAddress };
        Conversions.DefaultRequestHeaders.Authorization = new("Bearer", "tok_sandbox");
    }

    public async ValueTask DisposeAsync()
    {
        Customers.Dispose();
        Conversions.Dispose();
        await Stack.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    protected static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    protected static StringContent Conversion(string customerKey, string xid = "xid_1") =>
        Json(new JsonObject { ["xid"] = xid, ["customer_key"] = customerKey }.ToJsonString());

    protected static async Task<JsonObject> ReadAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!.AsObject();

    protected Task<HttpResponseMessage> ConvertAsync(string customerKey, string xid = "xid_1") =>
        Conversions.PostAsync("conversion/xid", Conversion(customerKey, xid), Cancellation);

    protected Task<HttpResponseMessage> CreateAsync(string body, string path = "api/v2/customers") => Customers.PostAsync(path, Json(body), Cancellation);
}

using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using ProxyShim.Testing;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.EndToEnd.ConsolePage;

/// <summary>The sandbox program, as a newcomer starts it, and what a newcomer does with it.</summary>
public sealed class Sandbox : IAsyncLifetime
{
    private static readonly string[] s_underWay = ["held", "due", "unverified"];

    private readonly HttpClient _client = new();
    private SandboxProcess? _process;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Where the console is, as the welcome says.</summary>
    public Uri Console => new(_process!.Labelled("management"));

    /// <summary>Its token, as the welcome says.</summary>
    public string Token => WordsAfter("its token is ");

    /// <summary>Where the demo site is, as the welcome says.</summary>
    public Uri DemoSite => new(_process!.Labelled("demo site"));

    /// <summary>What PartnerStack got, as the simulator lists it: <c>conversions</c>, <c>customers</c>, <c>calls</c>.</summary>
    public async Task<JsonElement> GotAsync(string list) =>
        JsonElement.Parse(await _client.GetStringAsync(new Uri(new Uri(_process!.Labelled("simulator")), list), Cancellation));

    /// <summary>Waits until the terminal says this.</summary>
    public Task SaysAsync(string text) => _process!.PrintsAsync(text, Cancellation);

    private string WordsAfter(string text) => _process!.Output.Split(text)[1].Split(['\n', ' '])[0];

    /// <summary>Reports a new customer as a legacy app does, and says that a click brought them.</summary>
    public async Task ReportAsync(string customerKey)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(_process!.Labelled("Redis"));
        await redis.GetDatabase().StringSetAsync($"click:{customerKey}", $"xid_{customerKey}");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(_process.Labelled("shim")), "api/v2/customers"));
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("pk_sandbox:sk_sandbox")));
        request.Content = JsonContent.Create(new { customer_key = customerKey, email = $"{customerKey}@example.com", partner_key = "partner" });
        using var answer = await _client.SendAsync(request, Cancellation);
        Assert.True(answer.IsSuccessStatusCode);
    }

    /// <summary>Reports a customer whose conversion fails while the app waits, and is refused for good after that.</summary>
    public async Task ReportDeadAsync(string customerKey)
    {
        foreach (var (status, times) in ((int, int)[])[(503, 3), (400, 1)])
        {
            using var answer = await _client.PostAsJsonAsync(
                new Uri(new Uri(_process!.Labelled("simulator")), "faults"), new { api = "conversion_api", kind = "status", status, times }, Cancellation);
            Assert.True(answer.IsSuccessStatusCode);
        }

        await ReportAsync(customerKey);
    }

    /// <summary>Says that a click on this partner's link brought a customer, as the vendor's site does.</summary>
    public async Task KeepClickAsync(string customerKey, string partner)
    {
        using var answer = await _client.PostAsJsonAsync(
            new Uri(new Uri(_process!.Labelled("simulator")), "clicks"), new { customer_key = customerKey, partner_key = partner }, Cancellation);
        Assert.True(answer.IsSuccessStatusCode);
    }

    /// <summary>Kills the shim, and with it ends the sandbox.</summary>
    public async Task KillShimAsync()
    {
        _process!.KillShim();
        await _process.EndsAsync(Cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _process = new SandboxProcess(["--lag", "3"]);
        await _process.PrintsAsync("Serving.", Cancellation);

        // What the tour left is over: kathleen is delivered, hedy sent again, all are read back, and joan is a dead letter.
        await Eventually.IsTrueAsync("the tour's conversions have come to their ends", HasSettledAsync, TimeSpan.FromMinutes(2), Cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_process is not null)
        {
            if (!_process.HasExited)
            {
                _process.Signal("TERM");
                await _process.EndsAsync(CancellationToken.None);
            }

            await _process.DisposeAsync();
        }
    }

    private async Task<bool> HasSettledAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Console, "admin/overview"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var answer = await _client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{request.RequestUri} answered {(int)answer.StatusCode} {text}; the sandbox said:\n{_process!.Output}");
        var ledger = JsonElement.Parse(text).GetProperty("ledger");
        return ledger.ValueKind == JsonValueKind.Object
            && s_underWay.All(list => ledger.GetProperty(list).GetInt64() == 0) && ledger.GetProperty("dead").GetInt64() == 1;
    }
}

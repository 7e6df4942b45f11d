using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>What a shim of one of the examples needs to convert: a Redis, and the simulated PartnerStack.</summary>
internal sealed class Neighbours : IAsyncDisposable
{
    private Neighbours(RedisServer redis, SimulatedPartnerStack partnerStack) => (Redis, PartnerStack) = (redis, partnerStack);

    public RedisServer Redis { get; }

    public SimulatedPartnerStack PartnerStack { get; }

    /// <param name="cancellation">The test's.</param>
    public static async Task<Neighbours> StartAsync(CancellationToken cancellation)
    {
        var redis = await RedisServer.StartAsync(["appendonly yes"], cancellation);
        return new(
            redis,
            await SimulatedPartnerStack.StartAsync(new() { KeyPairs = [new(Stand.PublicKey, Stand.SecretKey)], ConversionToken = Stand.Token }, cancellation));
    }

    /// <summary>Leads the shim of these settings here.</summary>
    public void Take(Dictionary<string, string> settings)
    {
        settings["Redis__ConnectionString"] = Redis.Endpoint;

        // A machine that is busy with the tests shall not look like a Redis that hangs.
        settings["Redis__Timeout"] = "00:00:10";
        settings["CustomerApi__Address"] = PartnerStack.CustomerApiAddress.OriginalString;
        settings["ConversionApi__Address"] = PartnerStack.ConversionApiAddress.OriginalString;
    }

    /// <summary>A visitor's click gets in, by the capture listener where there is one; then the app reports the customer.</summary>
    /// <param name="legacy">What the app calls.</param>
    /// <param name="management">Tells when Redis has been reached.</param>
    /// <param name="capture">The capture listener; null when it is off.</param>
    public async Task AssertConvertsAsync(Uri legacy, Uri management, Uri? capture, CancellationToken cancellation)
    {
        using var client = Client();
        await Eventually.IsTrueAsync(
            "the shim has looked at its ledger",
            async () => (await client.GetStringAsync(new Uri(management, "/metrics"), cancellation)).Contains("proxyshim_ledger_depth{", StringComparison.Ordinal),
            cancellation: cancellation);
        if (capture is null)
        {
            Assert.Equal("OK", await Redis.ExecuteAsync(cancellation, "SET", "click:ada", "xid_ada"));
        }
        else
        {
            var reported = await PostAsync(
                new Uri(capture, "/clicks"), """{"customer_key":"ada","ps_xid":"xid_ada"}""", new("Bearer", Manifest.OperatorsSecrets["Capture__Token"]));
            Assert.Equal(HttpStatusCode.NoContent, reported.Status);
        }

        var (status, outcome) = await PostAsync(new Uri(legacy, "/api/v2/customers"), Stand.Body("ada"), Stand.Basic(Stand.PublicKey, Stand.SecretKey));

        Assert.Equal((HttpStatusCode.OK, "converted"), (status, outcome));
        var conversion = Assert.Single(PartnerStack.Conversions);
        Assert.Equal(("ada", "xid_ada"), (conversion.CustomerKey, conversion.Xid));

        async Task<(HttpStatusCode Status, string? Outcome)> PostAsync(Uri target, string body, AuthenticationHeaderValue authorization)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Authorization = authorization;
            using var answer = await client.SendAsync(request, cancellation);
            return (answer.StatusCode, answer.Headers.TryGetValues("X-ProxyShim-Outcome", out var outcomes) ? string.Join(',', outcomes) : null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await PartnerStack.DisposeAsync();
        await Redis.DisposeAsync();
    }

    private static HttpClient Client()
        => new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate?.Subject == ShimSettings.CertificateSubject });
}

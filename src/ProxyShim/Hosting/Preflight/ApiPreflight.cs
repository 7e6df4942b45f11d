using System.Globalization;
using System.Text.Json;
using ProxyShim.CustomerApi;
using ProxyShim.Http;

namespace ProxyShim.Hosting.Preflight;

/// <summary>Looks at both APIs as the shim would reach them, and at the key pair by one read. No conversion is sent, unless a test is asked for.</summary>
internal sealed class ApiPreflight(ShimSettings settings, TimeProvider time)
{
    public const string CustomerApi = "customer_api";
    public const string ConversionApi = "conversion_api";

    public async IAsyncEnumerable<Finding> LookAsync(bool sendTest)
    {
        var clients = new OutboundClients(settings.Outbound);
        using var customer = new ApiProbe(settings.CustomerApi.Address, CustomerApi, "CustomerApi:Address", settings.Outbound, clients, time);
        using var conversion = new ApiProbe(settings.ConversionApi.Address, ConversionApi, "ConversionApi:Address", settings.Outbound, clients, time);
        var pair = await ReadPairAsync(customer);
        foreach (var finding in pair)
        {
            yield return finding;
        }

        // Without the token: what is not asked for is not done.
        var (answer, fault) = await conversion.AskAsync(new HttpRequestMessage(HttpMethod.Head, settings.ConversionApi.Address));
        answer?.Dispose();
        yield return fault ?? conversion.Reached();
        if (sendTest)
        {
            yield return fault is null && pair.All(finding => finding.Level != FindingLevel.Fault)
                ? await new TestConversion(settings, customer, conversion, time).SendAsync()
                : Finding.Warning("test", "not_sent", "no test conversion was sent", "there are faults above", "mend them first");
        }
    }

    // One customer tells to which environment the pair belongs.
    private async Task<IReadOnlyList<Finding>> ReadPairAsync(ApiProbe api)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(settings.CustomerApi.Address.ToString().TrimEnd('/') + CustomerApiVersion.V2.Path + "?limit=1"));
        if (settings.CustomerApi.Vendor is { } vendor)
        {
            request.Headers.Authorization = vendor.ToHeader();
        }

        var (answer, fault) = await api.AskAsync(request);
        if (fault is not null)
        {
            return [fault];
        }

        using (answer)
        {
            return settings.CustomerApi.Vendor is null ? [api.Reached()] : [api.Reached(), await JudgePairAsync(answer!)];
        }
    }

    private async Task<Finding> JudgePairAsync(HttpResponseMessage answer)
    {
        const string part = "key_pair";
        var status = ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (status is "401" or "403")
        {
            return Finding.Fault(
                part, "unauthorized", $"the Customer API answers {status} to the key pair", "it is not this account's, or not a pair at all",
                "set CustomerApi:PublicKey and CustomerApi:SecretKey to the vendor's pair of the environment that ConversionApi:Test names");
        }

        bool? isTest;
        try
        {
            using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
            isTest = document.RootElement.GetProperty("data").GetProperty("items") is { ValueKind: JsonValueKind.Array } items && items.GetArrayLength() > 0
                && items[0].TryGetProperty("test", out var test) && test.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? test.GetBoolean()
                    : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or HttpRequestException)
        {
            return Finding.Fault(
                part, "strange", $"what answers a read ({status}) does not answer as the Customer API does", "read-backs would find nobody", "correct CustomerApi:Address");
        }

        var environment = settings.ConversionApi.Test ? "test" : "live";
        return isTest is { } found && found != settings.ConversionApi.Test
            ? Finding.Fault(
                part, "environment", $"the key pair belongs to the {(found ? "test" : "live")} environment, the settings say {environment}",
                "read-backs would find nobody, or trials reach production", "make ConversionApi:Token, the key pair and ConversionApi:Test belong to one environment")
            : Finding.Well(part, isTest is null ? "it may read; there is no customer yet to tell its environment" : $"it may read, and belongs to the {environment} environment");
    }
}

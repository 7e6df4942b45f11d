using ProxyShim.Telemetry.Health;

namespace ProxyShim.Telemetry.Export;

/// <summary>Notices when the collector does not take what it is sent: the SDK writes that to an event source only
/// (https://github.com/open-telemetry/opentelemetry-dotnet/blob/main/src/OpenTelemetry/README.md#self-diagnostics).</summary>
internal sealed class ExportWatch(Degradations degradations, HealthComponent part) : DelegatingHandler
{
    private const string Failing = "failing";

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var taken = false;
        try
        {
            var response = base.Send(request, cancellationToken);
            taken = response.IsSuccessStatusCode;
            return response;
        }
        finally
        {
            Report(taken);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var taken = false;
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            taken = response.IsSuccessStatusCode;
            return response;
        }
        finally
        {
            Report(taken);
        }
    }

    private void Report(bool taken) => degradations.Report(part, taken ? null : Failing);
}

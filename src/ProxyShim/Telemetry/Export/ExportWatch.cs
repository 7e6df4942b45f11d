using ProxyShim.Telemetry.Health;

namespace ProxyShim.Telemetry.Export;

/// <summary>Notices when the collector does not take what it is sent: the SDK would say so to a debugger only.</summary>
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

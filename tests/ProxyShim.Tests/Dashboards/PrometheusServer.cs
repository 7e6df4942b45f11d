using System.Globalization;
using System.Text.Json.Nodes;
using ProxyShim.Testing;

namespace ProxyShim.Tests.Dashboards;

/// <summary>Debian's Prometheus on loopback, with the alert rules, scraping one shim.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    public const string Job = "proxyshim";

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client;
    private readonly ChildProcess _process;

    private PrometheusServer(string program, Uri target)
    {
        var port = FreePort.Next();
        _client = new() { BaseAddress = new($"http://127.0.0.1:{port}") };
        var configuration = Path.Combine(_folder.Path, "prometheus.yml");
        File.WriteAllText(
            configuration,
            $$"""
            global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 1s}
            rule_files: ['{{AlertRulesTests.Rules}}']
            scrape_configs: [{job_name: {{Job}}, static_configs: [{targets: ['{{target.Authority}}']}]}]
            """);
        _process = ChildProcess.Start(
            program,
            [$"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(_folder.Path, "data")}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]);
    }

    /// <summary>Starts it and returns when it is ready.</summary>
    /// <param name="target">What it scrapes.</param>
    public static async Task<PrometheusServer> StartAsync(string program, Uri target, CancellationToken cancellation)
    {
        var server = new PrometheusServer(program, target);
        try
        {
            await Eventually.IsTrueAsync("Prometheus is ready", () => server.IsReadyAsync(cancellation), cancellation: cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The <c>data</c> of an answer of its HTTP API.</summary>
    /// <param name="path">Below <c>/api/v1/</c>.</param>
    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellation) =>
        JsonNode.Parse(await _client.GetByteArrayAsync(new Uri($"/api/v1/{path}", UriKind.Relative), cancellation))!["data"]!;

    /// <summary>The values of an expression now, by their labels, such as <c>event="sent"</c>; the target's own labels are left out.</summary>
    /// <exception cref="HttpRequestException">It is no expression, or asks for something that cannot be computed.</exception>
    public async Task<IReadOnlyDictionary<string, double>> QueryAsync(string expression, CancellationToken cancellation)
    {
        var data = await GetAsync($"query?query={Uri.EscapeDataString(expression)}", cancellation);
        return data["result"]!.AsArray().ToDictionary(
            series => string.Join(", ", series!["metric"]!.AsObject()
                .Where(label => label.Key is not ("__name__" or "job" or "instance")).Select(label => $"{label.Key}=\"{label.Value}\"")),
            series => double.Parse((string)series!["value"]![1]!, CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"Prometheus did not start: {_process.Describe()}");
        }

        try
        {
            using var answer = await _client.GetAsync(new Uri("/-/ready", UriKind.Relative), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

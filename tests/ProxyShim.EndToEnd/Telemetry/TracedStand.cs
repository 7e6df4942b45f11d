using System.Net.Http.Headers;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.EndToEnd.Harness.Otlp;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Telemetry;

/// <summary>A stand whose shim sends all that it can to a collector. In the end, nothing that the collector got may give anything away.</summary>
internal sealed class TracedStand : IAsyncDisposable
{
    private TracedStand(Stand stand, OtlpReceiver collector) => (Stand, Collector) = (stand, collector);

    /// <summary>The token of <see cref="StartAsync"/>'s admin API.</summary>
    public const string AdminToken = "mgt_traced_token";

    public Stand Stand { get; }

    public OtlpReceiver Collector { get; }

    /// <param name="settings">As in <see cref="Stand.StartAsync"/>.</param>
    public static async Task<TracedStand> StartAsync(TestRedis redis, CancellationToken cancellation, params (string Key, string? Value)[] settings)
    {
        var collector = await OtlpReceiver.StartAsync(cancellation);
        try
        {
            return new TracedStand(await Stand.StartAsync(redis, cancellation, [.. SettingsFor(collector), ("Management:Token", AdminToken), .. settings]), collector);
        }
        catch
        {
            await collector.DisposeAsync();
            throw;
        }
    }

    /// <summary>Settings under which everything arrives at once.</summary>
    public static (string Key, string? Value)[] SettingsFor(OtlpReceiver collector) =>
        [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint), ("OTEL_BSP_SCHEDULE_DELAY", "50"), ("OTEL_METRIC_EXPORT_INTERVAL", "100")];

    /// <summary>A call's own span, by which time all others of the call have come too.</summary>
    public Task<ExportedSpan> RequestAsync(LegacyAnswer answer, CancellationToken cancellation) =>
        Collector.WaitForSpanAsync("the call's span", span => span.TraceId == answer.TraceId && span.ParentId == answer.SpanId, cancellation);

    /// <summary>The one span of a call's trace that has this name.</summary>
    public Task<ExportedSpan> SpanAsync(LegacyAnswer answer, string name, CancellationToken cancellation) =>
        Collector.WaitForSpanAsync($"the span {name}", span => span.TraceId == answer.TraceId && span.Name == name, cancellation);

    /// <summary>All spans of a trace so far, by their starts.</summary>
    public ExportedSpan[] SpansOf(LegacyAnswer answer) => [.. Collector.Spans.Where(span => span.TraceId == answer.TraceId).OrderBy(span => span.Start)];

    /// <summary>Holds to "nothing leaks" what is not held to it whenever a shim ends: the admin API's list, and a report of the log.</summary>
    public async Task HoldAllAsync(CancellationToken cancellation)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
        var letters = await client.GetStringAsync(new Uri(Stand.Shim.Management, "/admin/dead-letters"), cancellation);
        Stand.Check.Hold("the list of dead letters", [OutputCheck.WithoutReferences(letters)]);

        using var folder = new TemporaryFolder();
        var log = Path.Combine(folder.Path, "log.json");
        await File.WriteAllLinesAsync(log, Stand.Shim.Output, cancellation);
        foreach (var words in (string[][])[["report", log], ["report", "--json", log]])
        {
            // Its output is held when it ends.
            var (exitCode, output, errors) = await Stand.RunProgramAsync(words, cancellation);
            Assert.True(exitCode == 0 && output.Length > 0, errors);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Stand.DisposeAsync();
        Stand.Check.Hold("what the collector got", Collector.Payloads);
        await Collector.DisposeAsync();
    }
}

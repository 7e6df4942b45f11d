using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Management.Scraping;

/// <summary>Adds up the shim's meters for Prometheus and writes them in its text format (0.0.4).</summary>
/// <remarks>
/// OpenTelemetry's exporter for Prometheus is a pre-release, and its SDK would run in every sidecar for the sake of a page of text
/// (https://github.com/open-telemetry/opentelemetry-dotnet/issues/5530).
/// The runtime's own meter tells of memory, garbage collection, processor time and the thread pool.
/// </remarks>
internal sealed class MetricsScrape : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string RuntimeMeter = "System.Runtime";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();
    private readonly Lock _scrape = new();

    /// <summary>Listens from now on.</summary>
    /// <param name="gauges">Only asked for so that its instruments are there.</param>
    public MetricsScrape(ShimMetrics metrics, ShimGauges gauges)
    {
        ArgumentNullException.ThrowIfNull(gauges);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == metrics.Meter || (instrument.Meter.Name == RuntimeMeter && !IsOfNoUse(instrument.Name)))
            {
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, static instrument => new MetricFamily(instrument)));
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, labels, family) => ((MetricFamily)family!).Take(value, labels));
        _listener.SetMeasurementEventCallback<int>(static (_, value, labels, family) => ((MetricFamily)family!).Take(value, labels));
        _listener.SetMeasurementEventCallback<double>(static (_, value, labels, family) => ((MetricFamily)family!).Take(value, labels));
        _listener.Start();
        metrics.Begin();
    }

    /// <summary>Everything as it stands now.</summary>
    public string Read()
    {
        lock (_scrape)
        {
            var families = _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal).ToList();
            families.ForEach(family => family.Forget());
            _listener.RecordObservableInstruments();
            var text = new StringBuilder();
            families.ForEach(family => family.Write(text));
            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();

    // There is no JIT; and a gauge whose name ends in "count" breaks Prometheus's rules
    // (https://github.com/prometheus/client_golang/tree/main/prometheus/testutil/promlint).
    private static bool IsOfNoUse(string name) => name.StartsWith("dotnet.jit.", StringComparison.Ordinal) || name.EndsWith(".count", StringComparison.Ordinal);
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace ProxyShim.Management.Scraping;

/// <summary>One instrument as Prometheus sees it: its name, its type, and a series for each set of labels.</summary>
internal sealed class MetricFamily
{
    // Far above what our closed sets can make; beyond it a series is not taken up.
    private const int MaxSeries = 1000;

    // OpenTelemetry's units as Prometheus names end; annotations in braces are left out
    // (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/).
    private static readonly Dictionary<string, string> s_units = new(StringComparer.Ordinal) { ["s"] = "_seconds", ["By"] = "_bytes" };

    private readonly ConcurrentDictionary<LabelKey, MetricSeries> _series = new();
    private readonly string _description;
    private readonly string _type;
    private readonly double[]? _boundaries;
    private readonly bool _isObserved;

    public MetricFamily(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        var isCounter = kind.Contains("Counter", StringComparison.Ordinal) && !kind.Contains("UpDown", StringComparison.Ordinal);
        _isObserved = instrument.IsObservable;
        _boundaries = instrument is Histogram<double> histogram ? [.. histogram.Advice?.HistogramBucketBoundaries ?? []] : null;
        _type = _boundaries is not null ? "histogram" : isCounter ? "counter" : "gauge";
        _description = instrument.Description ?? "";
        Name = instrument.Name.Replace('.', '_') + s_units.GetValueOrDefault(instrument.Unit ?? "", "") + (isCounter ? "_total" : "");
    }

    public string Name { get; }

    /// <summary>A measurement. Labels beyond the second are not ours, and are left out.</summary>
    public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (SeriesOf(labels) is not { } series)
        {
            return;
        }

        if (_boundaries is not null)
        {
            series.Record(value);
        }
        else if (_isObserved)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    /// <summary>Forgets what was observed last: what is not observed again is not there any more.</summary>
    public void Forget()
    {
        if (_isObserved)
        {
            _series.Clear();
        }
    }

    public void Write(StringBuilder text)
    {
        if (_series.IsEmpty)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"# HELP {Name} {_description.Replace("\\", "\\\\", StringComparison.Ordinal)}\n# TYPE {Name} {_type}\n");
        foreach (var series in _series.Values.OrderBy(series => series.Labels, StringComparer.Ordinal))
        {
            var (value, cumulative) = series.Read();
            if (_boundaries is null)
            {
                Sample(text, Name, series.Labels, value);
                continue;
            }

            var prefix = series.Labels.Length == 0 ? "" : series.Labels + ",";
            for (var bucket = 0; bucket < cumulative.Length; bucket++)
            {
                var bound = bucket < _boundaries.Length ? _boundaries[bucket].ToString(CultureInfo.InvariantCulture) : "+Inf";
                Sample(text, Name + "_bucket", $"{prefix}le=\"{bound}\"", cumulative[bucket]);
            }

            Sample(text, Name + "_sum", series.Labels, value);
            Sample(text, Name + "_count", series.Labels, cumulative[^1]);
        }
    }

    private static void Sample(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private MetricSeries? SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var key = new LabelKey(labels.Length > 0 ? labels[0].Value as string : null, labels.Length > 1 ? labels[1].Value as string : null);
        if (_series.TryGetValue(key, out var series) || _series.Count >= MaxSeries)
        {
            return series;
        }

        var text = string.Join(',', labels.ToArray().Take(2).Select(label => $"{label.Key.Replace('.', '_')}=\"{Escape(label.Value?.ToString() ?? "")}\""));
        return _series.GetOrAdd(key, static (_, made) => made, new MetricSeries(text, _boundaries));
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private readonly record struct LabelKey(string? First, string? Second);
}

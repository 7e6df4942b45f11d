namespace ProxyShim.EndToEnd.Harness.Otlp;

/// <summary>A metric as it arrived.</summary>
/// <param name="Kind"><c>gauge</c>, <c>sum</c> or <c>histogram</c>.</param>
/// <param name="Points">The labels of each of its points, as <c>name=value</c>.</param>
public sealed record ExportedMetric(string Name, string Unit, string Kind, IReadOnlyList<string> Points)
{
    private static readonly (int Field, string Kind, int Attributes)[] s_kinds = [(5, "gauge", 7), (7, "sum", 7), (9, "histogram", 9)];

    /// <summary>The metrics of an ExportMetricsServiceRequest.</summary>
    public static IEnumerable<ExportedMetric> In(ReadOnlyMemory<byte> request) =>
        from resource in new ProtoMessage(request).Messages(1)
        from scope in resource.Messages(2)
        from metric in scope.Messages(2)
        from kind in s_kinds.Where(kind => metric.Has(kind.Field))
        select new ExportedMetric(
            metric.Text(1), metric.Text(3), kind.Kind,
            [.. metric.Message(kind.Field).Messages(1).Select(point => string.Join(' ', point.Attributes(kind.Attributes).Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal)))]);
}

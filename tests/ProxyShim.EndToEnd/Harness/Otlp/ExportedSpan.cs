namespace ProxyShim.EndToEnd.Harness.Otlp;

/// <summary>A span as it arrived.</summary>
/// <param name="ParentId">Empty for a root.</param>
/// <param name="Kind">The protocol's number: 1 internal, 2 server, 3 client.</param>
/// <param name="IsError">Whether its status is Error.</param>
/// <param name="Source">Who made it: <c>ProxyShim</c> or <c>Yarp.ReverseProxy</c>.</param>
/// <param name="Resource">What the resource says: <c>service.name</c> and so on.</param>
public sealed record ExportedSpan(
    string TraceId,
    string SpanId,
    string ParentId,
    string Name,
    int Kind,
    bool IsError,
    ulong Start,
    ulong End,
    string Source,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyDictionary<string, string> Resource)
{
    /// <summary>The spans of an ExportTraceServiceRequest.</summary>
    public static IEnumerable<ExportedSpan> In(ReadOnlyMemory<byte> request) =>
        from resource in new ProtoMessage(request).Messages(1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new ExportedSpan(
            span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), (int)span.Number(6), span.Message(15).Number(3) == 2, span.Number(7), span.Number(8),
            scope.Message(1).Text(1), span.Attributes(9), resource.Message(1).Attributes(1));

    /// <summary>An attribute; null when it has none of that name.</summary>
    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);
}

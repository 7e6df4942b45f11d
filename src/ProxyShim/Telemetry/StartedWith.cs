namespace ProxyShim.Telemetry;

/// <summary>What the shim has started with; without any secret. Several of a kind are joined by a space.</summary>
internal sealed record StartedWith
{
    public required string Version { get; init; }

    public required string Mode { get; init; }

    public required bool Test { get; init; }

    public required string CustomerApi { get; init; }

    public required string ConversionApi { get; init; }

    public required string Listeners { get; init; }

    public required string Management { get; init; }

    public required bool Admin { get; init; }

    /// <summary>Null when it is off.</summary>
    public required string? Capture { get; init; }

    public required string Redis { get; init; }

    public required bool RedisTls { get; init; }

    /// <summary>Null when it has not answered yet.</summary>
    public required string? RedisVersion { get; init; }

    public required string ClickKeys { get; init; }

    public required string Callers { get; init; }

    public required bool Anonymous { get; init; }

    public required bool Verification { get; init; }

    public required bool TraceExport { get; init; }

    public required bool MetricExport { get; init; }
}

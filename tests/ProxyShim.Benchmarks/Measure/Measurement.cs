namespace ProxyShim.Benchmarks.Measure;

/// <summary>One contender in one round.</summary>
internal sealed record Measurement
{
    public required double RequestsPerSecond { get; init; }

    /// <summary>Of the contender's processes, per request at full load.</summary>
    public required double Microseconds { get; init; }

    /// <summary>The kernel's part of <see cref="Microseconds"/>.</summary>
    public required double KernelMicroseconds { get; init; }

    /// <summary>Of Redis, per request at full load: its reciprocal is what one Redis carries.</summary>
    public required double RedisMicroseconds { get; init; }

    /// <summary>Share (0 to 1) of its core that it used at full load: well below 1, the load generator or the upstream was the limit.</summary>
    public required double CoreUsed { get; init; }

    /// <summary>Share (0 to 1) of that core that others used meanwhile: a quiet machine shows next to nothing here.</summary>
    public required double CoreLost { get; init; }

    /// <summary>Per request at the fixed rate.</summary>
    public required double MicrosecondsAtRate { get; init; }

    /// <summary>Milliseconds at the fixed rate, as the three below.</summary>
    public required double P50 { get; init; }

    public required double P99 { get; init; }

    public required double P999 { get; init; }

    public required double Maximum { get; init; }

    /// <summary>MiB under full load.</summary>
    public required double Resident { get; init; }

    /// <summary>MiB under full load, shared pages split among their users.</summary>
    public required double Proportional { get; init; }

    /// <summary>Requests that were answered wrongly or never arrived where they should; empty when the measurement counts.</summary>
    public required IReadOnlyList<string> Failures { get; init; }
}

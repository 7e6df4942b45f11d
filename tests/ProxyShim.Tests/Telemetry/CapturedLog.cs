using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Telemetry.Output;
using ProxyShim.Testing;

namespace ProxyShim.Tests.Telemetry;

/// <summary>The shim's log with its lines kept for a test. Each is held to the schema as it comes.</summary>
internal sealed class CapturedLog : ILineOutput
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TimeProvider _time;
    private volatile Exception? _violation;

    public CapturedLog(TimeProvider? time = null, RecentLines? recent = null)
    {
        _time = time ?? TimeProvider.System;
        Logger = ShimLogging.CreateLogger(this, recent);
        Events = new EventLog(Logger, _time, new CustomerRef(new PrivacySettings(CustomerRefKind.Pseudonym, new byte[32])));
    }

    public Serilog.Core.Logger Logger { get; }

    /// <summary>Where <see cref="LogEvents"/> go.</summary>
    public EventLog Events { get; }

    /// <summary>The lines so far, without their line feeds.</summary>
    /// <exception cref="InvalidOperationException">A line broke the schema; Serilog would have kept that to itself.</exception>
    public IReadOnlyList<string> Lines => _violation is { } violation ? throw new InvalidOperationException(violation.Message, violation) : [.. _lines];

    /// <summary>The lines so far, parsed.</summary>
    public IReadOnlyList<JsonElement> Entries => [.. Lines.Select(line => JsonElement.Parse(line))];

    /// <summary>What tells this log of conversions.</summary>
    public ConversionEvents NewConversionEvents(PrivacySettings privacy, RecentNames? names = null)
    {
        var (metrics, customerRef, degradations) = (new ShimMetrics(), new CustomerRef(privacy), new Degradations(Events, _time));
        return new(
            Events, metrics, new RecentPartners(customerRef, _time), new AlertEvents(Events, metrics), degradations, new CallWatch(degradations, _time), customerRef,
            names ?? new RecentNames(), _time);
    }

    public KeptCallEvents NewKeptCallEvents(PrivacySettings privacy) => new(Events, new ShimMetrics(), new RecentPartners(new CustomerRef(privacy), _time), NewConversionEvents(privacy), _time);

    public void Write(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line[..^1]);
        _lines.Enqueue(text);
        try
        {
            LogSchema.Hold(text);
        }
        catch (Exception exception)
        {
            _violation = exception;
            throw;
        }
    }
}

using ProxyShim.Telemetry.Output;
using Serilog.Core;
using Serilog.Events;

namespace ProxyShim.Telemetry;

/// <summary>Where <see cref="LogEvents"/> go: Serilog, with the time of the shim's own clock.</summary>
/// <param name="names">How what gives somebody's address away is named; null where that is left out.</param>
internal sealed class EventLog(Serilog.ILogger logger, TimeProvider time, CustomerRef? names = null)
{
    private static readonly MessageTemplate s_template = new Serilog.Parsing.MessageTemplateParser().Parse($"{{{LogLine.PropertyName}:l}}");

    /// <summary>One that forgets everything, for what is built without a log.</summary>
    public static EventLog Silent { get; } = new(Logger.None, TimeProvider.System);

    /// <summary>Begins an event; between this and <see cref="Write"/> nothing else may log on this thread.</summary>
    public LogLine Begin(ReadOnlySpan<byte> name, LogEventLevel level = LogEventLevel.Information) => LogLine.Begin(time.GetUtcNow(), level, name, names);

    public void Write(LogLine line) => logger.Write(
        LogEvent.UnstableAssembleFromParts(line.Time, line.Level, null, s_template, line.End().Properties, default, default));
}

using Serilog.Core;
using Serilog.Events;

namespace ProxyShim.Telemetry.Output;

/// <summary>The end of Serilog's pipeline: our own events are lines already, a framework's becomes one that tells nothing of a request.</summary>
/// <param name="recent">Keeps the last of our own events; null where there is no console.</param>
internal sealed class LineSink(ILineOutput output, RecentLines? recent) : ILogEventSink, IDisposable
{
    public void Emit(LogEvent logEvent)
    {
        if (logEvent.Properties.GetValueOrDefault(LogLine.PropertyName) is LogLine line)
        {
            recent?.Write(line.Level, line.Bytes);
        }
        else
        {
            line = DiagnosticLine.Of(logEvent);
        }

        output.Write(line.Bytes);
    }

    public void Dispose() => (output as IDisposable)?.Dispose();
}

using ProxyShim.Clicks;
using ProxyShim.Clicks.Import;
using ProxyShim.Redis;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Tests.Settings;
using static ProxyShim.Fuzzing.BrokenPromiseException;

namespace ProxyShim.Fuzzing;

/// <summary>Files of clicks: rows of JSON or of a table, packed or not. Nothing is written, and no Redis is asked.</summary>
internal static class ImportSurface
{
    // For the life of the process: a new one for each input would be most of the work.
    private static readonly ClickImport s_import = Create();

    public static void Read(byte[] bytes)
    {
        try
        {
            var report = s_import.RunAsync(new MemoryStream(bytes), dryRun: true, CancellationToken.None).GetAwaiter().GetResult();
            Unless(
                report.Read == report.Written + report.Same + report.Older + report.BadCount
                && report.Bad.Count == Math.Min(report.BadCount, ImportReport.MostBad),
                "each row is good or is told");
        }
        catch (ImportException)
        {
            // Said in words.
        }
    }

    private static ClickImport Create()
    {
        var settings = Given.Settings();
        var gate = new RedisGate(settings.Redis, TimeProvider.System);
        return new ClickImport(new ClickWriter(settings.Clicks, gate, TimeProvider.System), new ShimMetrics(), TimeProvider.System);
    }
}

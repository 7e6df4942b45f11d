using System.Text;
using CsCheck;
using ProxyShim.Clicks;
using ProxyShim.Clicks.Import;
using ProxyShim.Redis;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Tests.CustomerApi;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Clicks.Import;

public sealed class ClickImportProperties : IDisposable
{
    private static readonly string[] s_rows =
    [
        """{"xid":"X1","customer_key":"c"}""", """{"xid":"X1"}""", "{", "", " ", "\r", "xid,customer_key", "X1,c", "X1;c", "\"X1\",\"c\"\"d\"", "\"X1", "X1,c,d", "\uFEFF", "\u001f\u008b",
    ];

    private readonly ShimMetrics _metrics = new();

    /// <summary>A file of rows that are good, spoilt, or of another format.</summary>
    [Fact]
    public async Task Whatever_file_comes_each_of_its_rows_is_good_or_is_told_or_it_is_none()
    {
        var settings = Given.Settings();
        await using var gate = new RedisGate(settings.Redis, TimeProvider.System);
        var import = new ClickImport(new ClickWriter(settings.Clicks, gate, TimeProvider.System), _metrics, TimeProvider.System);
        var file = Gen.OneOf(Gen.OneOf(s_rows), GenJson.Object, GenJson.Text).Array[0, 12].Select(rows => Encoding.UTF8.GetBytes(string.Join('\n', rows)));

        await Gen.OneOf(file, Gen.Byte.Array[0, 100]).SampleAsync(
            async bytes =>
            {
                try
                {
                    var report = await import.RunAsync(new MemoryStream(bytes), dryRun: true, TestContext.Current.CancellationToken);
                    return report.Read == report.Written + report.Same + report.Older + report.BadCount && report.Bad.Count == report.BadCount;
                }
                catch (ImportException)
                {
                    return true;
                }
            },
            iter: 2_000);
    }

    public void Dispose() => _metrics.Dispose();
}

using ProxyShim.Clicks;
using ProxyShim.Clicks.Import;
using ProxyShim.Customers;
using ProxyShim.Redis;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Management.Admin;

/// <summary>Changes of one customer's click by an operator with a management token; each is told, with the token's name.</summary>
internal sealed class ClickChanges(ClickWriter writer, ClickImport import, CustomerRef customerRef, EventLog log, ShimMetrics metrics, TimeProvider time)
{
    /// <inheritdoc cref="ClickForm.Read"/>
    public ReportedClick? Read(ReadOnlyMemory<byte> json, out ClickProblem? problem)
    {
        var reported = ClickForm.Read(json, time.GetUtcNow(), out problem);
        if (problem is not null)
        {
            metrics.ClicksReported(ClickWay.Admin, problem.Reason);
        }

        // An operator who writes one click by hand means the present one.
        return reported?.At(time.GetUtcNow());
    }

    /// <param name="by">The name of their token.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer; whether it is written is unknown.</exception>
    public async Task<ClickWriteOutcome> WriteAsync(CustomerKey key, ReportedClick reported, string by)
    {
        var outcome = await writer.WriteAsync(reported with { Customer = new CustomerIdentity(key.Value) });
        metrics.ClicksReported(ClickWay.Admin, outcome.Result());
        if (outcome == ClickWriteOutcome.Written)
        {
            LogEvents.ClickChanged(log, "written", by, customerRef.Of(key), reported.Click.Xid.Value);
        }

        return outcome;
    }

    /// <param name="by">The name of their token.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="RedisUnavailableException">Redis did not answer; whether it is deleted is unknown.</exception>
    public async Task<bool> DeleteAsync(CustomerKey key, string by)
    {
        var deleted = await writer.DeleteAsync(new CustomerIdentity(key.Value));
        if (deleted)
        {
            LogEvents.ClickChanged(log, "deleted", by, customerRef.Of(key), xid: null);
        }

        return deleted;
    }

    /// <param name="by">The name of their token.</param>
    /// <inheritdoc cref="ClickImport.RunAsync"/>
    public async Task<ImportReport> ImportAsync(Stream file, bool dryRun, string by, CancellationToken cancellationToken)
    {
        var report = await import.RunAsync(file, dryRun, cancellationToken);
        if (!dryRun)
        {
            LogEvents.ClicksImported(log, by, report.Read, report.Written, report.Same, report.Older, report.BadCount);
        }

        return report;
    }
}

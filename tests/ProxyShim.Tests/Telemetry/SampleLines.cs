using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using ProxyShim.Conversions;
using ProxyShim.Customers;
using ProxyShim.Rollout;
using ProxyShim.Settings;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Output;
using Serilog.Extensions.Logging;

namespace ProxyShim.Tests.Telemetry;

/// <summary>One line of every event, as the program writes it.</summary>
internal static class SampleLines
{
    public static IReadOnlyList<JsonObject> OfEveryEvent()
    {
        var log = new CapturedLog();
        var conversion = new LoggedConversion("0123456789abcdef0123456789abcdef", "xid", "partner", "default", "4bf92f3577b34da6a3ce929d0e0e4736");
        var record = new RequestRecord { TraceId = conversion.TraceId!, Route = "/v1/customers/{key}" };
        LogEvents.RequestHandled(log.Events, record, "POST", 200, TimeSpan.FromMilliseconds(1.5));
        LogEvents.DeliveryAttempted(log.Events, conversion, true, 1, AttemptResult.Sent.Name(), 200, null, default, default);
        LogEvents.ConversionSent(log.Events, conversion, true, 1, default, ["blog"], TimeSpan.FromDays(1));
        LogEvents.ConversionVerified(log.Events, conversion, null, 1, 1, default, default);
        LogEvents.ConversionPhantom(log.Events, conversion, 1, 0, default, default);
        LogEvents.ConversionDead(log.Events, conversion, "refused", 1, 400, null, default);
        LogEvents.HoldEnded(log.Events, conversion with { Xid = null }, "handed_over", "no_click", 1, 200, default);
        LogEvents.ConversionReplayed(log.Events, conversion, "ops", "refused", 1, default);
        LogEvents.ConversionDiscarded(log.Events, conversion, "ops", "refused", 1, default);
        var call = new LoggedCall(conversion.CustomerRef, "/api/v2/transactions", "POST", conversion.Caller, conversion.TraceId);
        LogEvents.CallKept(log.Events, call, "within_lag");
        LogEvents.CallPlayed(
            log.Events, call, 1, 200, default, new Referral("xid", "partner", "blog|top", DateTimeOffset.UnixEpoch), TimeSpan.FromDays(1), new Sale(49.90m, "USD"));
        LogEvents.CallDead(log.Events, call, "refused", 1, 400, default);
        LogEvents.CallReplayed(log.Events, call, "ops", "refused", default);
        LogEvents.CallDiscarded(log.Events, call, "ops", "refused", default);
        LogEvents.Degraded(log.Events, new Degradation(HealthComponent.Queue, "overdue", DateTimeOffset.UnixEpoch), default, isOver: false);
        LogEvents.Alert(log.Events, Alert.ReadBackBrakeEngaged);
        LogEvents.ClicksRefused(log.Events, "no_key", 7);
        LogEvents.ClickChanged(log.Events, "written", "ops", "0123456789abcdef0123456789abcdef", "xid");
        LogEvents.ClicksImported(log.Events, "ops", 5, 1, 1, 2, 1);
        LogEvents.Started(log.Events, new StartedWith
        {
            Version = "0.1.0",
            Mode = "Live",
            Test = false,
            CustomerApi = "https://api.partnerstack.com/",
            ConversionApi = "https://partnerlinks.io/",
            Listeners = "http://127.0.0.1:8080",
            Management = "http://127.0.0.1:8081",
            Admin = true,
            Capture = "http://127.0.0.1:8082",
            Redis = "redis:6379",
            RedisTls = false,
            RedisVersion = "7.0.15",
            ClickKeys = "click:{customer_key}",
            Callers = "default",
            Anonymous = false,
            Verification = true,
            TraceExport = false,
            MetricExport = false,
        });
        LogEvents.RolloutChanged(log.Events, "ann", "runtime", RolloutPlan.Usual with { Percent = 0 }, RolloutPlan.Usual with { Percent = 10 }, isFollowed: false);
        LogEvents.SettingWarning(log.Events, new SettingWarning("NO_PROXY", "'*' never matches", "write a host name"));
        log.Write(LogEvents.LogEventsDropped(DateTimeOffset.UnixEpoch, 1, 2, DateTimeOffset.UnixEpoch).Bytes);
        using var factory = new SerilogLoggerFactory(log.Logger);
        SampleLog.Sample(factory.CreateLogger("ProxyShim.Sample"), 1, new IOException());
        return [.. log.Lines.Select(line => (JsonObject)JsonNode.Parse(line)!)];
    }
}

internal static partial class SampleLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A sample of {Count}.")]
    public static partial void Sample(ILogger logger, int count, Exception exception);
}

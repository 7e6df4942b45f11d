using Microsoft.AspNetCore.Hosting.Server.Features;
using ProxyShim.Primitives;
using ProxyShim.Redis;
using ProxyShim.Telemetry;

namespace ProxyShim.Hosting;

/// <summary>Says, once, with what the shim has started: a start that is silent looks like one that hangs, and hides what is set up wrong.</summary>
/// <remarks>After the first look at Redis (<see cref="Ledger.LedgerStartupCheck"/>), whether that was answered or not; it asks nothing itself and holds nothing up.</remarks>
internal sealed class StartReport(ShimSettings settings, RedisGate redis, Microsoft.AspNetCore.Hosting.Server.IServer server, EventLog log) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _ = TellAsync();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task TellAsync()
    {
        var redisVersion = await RedisServers.VersionAsync(redis);
        LogEvents.Started(log, new StartedWith
        {
            Version = ProductVersion.Current,
            Mode = settings.Rollout.Mode.ToString(),
            Test = settings.ConversionApi.Test,
            CustomerApi = settings.CustomerApi.Address.ToString(),
            ConversionApi = settings.ConversionApi.Address.ToString(),
            Listeners = string.Join(' ', server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []),
            Management = settings.Management.Url.ToString(),
            Admin = settings.Management.Tokens.Count > 0,
            Capture = settings.Capture?.Url.ToString(),
            Redis = RedisServers.NamesOf(settings.Redis),
            RedisTls = settings.Redis.Connection.Ssl,
            RedisVersion = redisVersion?.ToString(),
            ClickKeys = string.Join(' ', settings.Clicks.Keys),
            Callers = string.Join(' ', settings.CustomerApi.Callers.Select(caller => caller.Name)),
            Anonymous = settings.CustomerApi.AllowAnonymous,
            Verification = settings.CustomerApi.Vendor is not null,
            TraceExport = settings.Otlp?.Traces is not null,
            MetricExport = settings.Otlp?.Metrics is not null,
        });
    }
}

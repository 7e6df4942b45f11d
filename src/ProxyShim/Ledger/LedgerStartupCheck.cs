using System.Globalization;
using ProxyShim.Lifetime;
using ProxyShim.Redis;
using ProxyShim.Telemetry;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>Checks Redis before the first request: can this version read the ledger's format, and does Redis keep what is written to it?</summary>
/// <remarks>A Redis that does not answer does not keep the shim from starting: the check is repeated until it does.</remarks>
internal sealed class LedgerStartupCheck(RedisGate redis, LedgerSettings settings, AlertEvents alerts, FatalExit exit, TimeProvider time)
    : BackgroundService
{
    /// <summary>The version of the ledger's format. A version that cannot read an older one's entries must not reuse its number.</summary>
    public const int Format = 1;

    // A Redis that is there answers in milliseconds; without one the shim serves what it can.
    private static readonly TimeSpan s_firstCheckTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_maxRetryDelay = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource _checked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _warned;

    /// <summary>The first request finds a connection, and nothing is written into a ledger of an unknown format.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(_checked.Task, Task.Delay(s_firstCheckTimeout, time, cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        for (var delay = s_retryDelay; !await redis.TryRunAsync(static async (database, check) => await check.CheckAsync(database), this); delay = Doubled(delay))
        {
            await Task.Delay(delay, time, stoppingToken);
        }

        _checked.TrySetResult();
    }

    // An unreachable Redis usually returns within seconds; one that refuses a command waits for an operator, who sees it in the health.
    private static TimeSpan Doubled(TimeSpan delay) => delay * 2 < s_maxRetryDelay ? delay * 2 : s_maxRetryDelay;

    private async Task<bool> CheckAsync(IDatabase database)
    {
        // First what may be refused without harm: a Redis user who may not write the format is warned of eviction all the same.
        if (!_warned)
        {
            await WarnAsync(database);
            _warned = true;
        }

        await database.StringSetAsync(settings.Keys.Format, Format, when: When.NotExists);
        var format = (string?)await database.GetFromMasterAsync(settings.Keys.Format);
        if (!int.TryParse(format, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > Format)
        {
            exit.Stop($"The ledger in Redis has format '{format}'; this version reads format {Format}. Run a newer version, or use another Redis:KeyPrefix.");
            return false;
        }

        return true;
    }

    // A managed Redis may not show its configuration (CONFIG is then an unknown or forbidden command): no warning is raised without knowing.
    private async Task WarnAsync(IDatabase database)
    {
        try
        {
            foreach (var server in database.Multiplexer.GetServers().Where(server => server is { IsConnected: true, IsReplica: false }))
            {
                var policy = (await server.ConfigGetAsync("maxmemory-policy")).FirstOrDefault().Value;
                if (policy is not (null or "" or "noeviction"))
                {
                    alerts.Raise(Alert.RedisEvicts);
                }

                var appendOnly = (await server.ConfigGetAsync("appendonly")).FirstOrDefault().Value;
                if (appendOnly == "no")
                {
                    alerts.Raise(Alert.RedisForgets);
                }
            }
        }
        catch (Exception exception) when (exception is RedisException or RedisCommandException)
        {
            // CONFIG is not allowed: the provider answers for eviction and persistence.
        }
    }
}

using System.Globalization;
using ProxyShim.Lifetime;
using ProxyShim.Redis;
using ProxyShim.Telemetry;
using StackExchange.Redis;

namespace ProxyShim.Ledger;

/// <summary>Looks at Redis before the first request: is this ledger one that we can read, and will it keep what we write?</summary>
/// <remarks>A Redis that does not answer does not keep the shim from starting: it looks again until it does.</remarks>
internal sealed class LedgerStartupCheck(RedisGate redis, LedgerSettings settings, AlertEvents alerts, FatalExit exit, TimeProvider time)
    : BackgroundService
{
    /// <summary>The version of the ledger's format. A version that cannot read an older one's entries must not reuse its number.</summary>
    public const int Format = 1;

    // A Redis that is there answers in milliseconds; without one the shim serves what it can.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource _looked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _warned;

    /// <summary>The first request finds a connection, and nobody writes into a ledger of an unknown format.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(_looked.Task, Task.Delay(s_patience, time, cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        for (var pause = s_pause; !await redis.TryRunAsync(static (database, start) => start.LookAsync(database), this); pause = Longer(pause))
        {
            await Task.Delay(pause, time, stoppingToken);
        }

        _looked.TrySetResult();
    }

    // A Redis that is away comes back within seconds; one that refuses a command waits for a person, whom the health tells.
    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < s_longestPause ? pause * 2 : s_longestPause;

    private async Task<bool> LookAsync(IDatabase database)
    {
        // First what may be refused without harm: a user who may not write the format shall hear of eviction all the same.
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

    // What a managed Redis does not tell is not known to be wrong.
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
            // CONFIG is forbidden there: whoever runs it answers for it.
        }
    }
}

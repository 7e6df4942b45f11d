using ProxyShim.Clicks;
using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Redis.Health;
using ProxyShim.Telemetry.Health;
using StackExchange.Redis;

namespace ProxyShim.Hosting.Preflight;

/// <summary>Looks at Redis: who answers, whether it does what the scripts need, and whether it will keep what it is given.</summary>
internal sealed class RedisPreflight(ShimSettings settings, TimeProvider time)
{
    private const string Part = "redis";

    // A lease is longer; beyond this something else on the machine goes by the wrong time too.
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);
    private static readonly Version s_least = new(6, 0);

    public async IAsyncEnumerable<Finding> LookAsync()
    {
        var isSentinel = settings.Redis.Connection.ServiceName is { Length: > 0 };
        foreach (var endpoint in isSentinel ? [] : settings.Redis.Connection.EndPoints.ToList())
        {
            var found = await new RedisDiagnosis(settings.Redis.Connection, time).LookAsync(endpoint, settings.Redis.Connection.User, settings.Redis.Connection.Password);
            if (found.Trouble is { } trouble)
            {
                yield return OfTrouble(trouble);
                yield break;
            }

            if (found.IsStranger)
            {
                yield return Finding.Fault(
                    Part, "not_authenticated", $"{Names} refuses user or password and lets anybody in", "the shim would be its user default",
                    Remedies.RedisUser["not_authenticated"]);
            }
        }

        await using var gate = new RedisGate(settings.Redis, time);
        var failure = await ReachAsync(gate);
        if (gate.Connected is not { } connection || !connection.GetServers().Any(server => server.IsConnected))
        {
            yield return OfTrouble(failure is null ? new RedisTrouble("unavailable") : RedisReplies.RefusalOf(failure) ?? new RedisTrouble("unavailable", failure.GetType().Name));
            yield break;
        }

        var servers = connection.GetServers().Where(server => server.IsConnected).ToList();
        foreach (var finding in OfServers(servers))
        {
            yield return finding;
        }

        failure = await gate.TryAsync(database => Task.WhenAll(new LedgerCheck(settings.Ledger).ProbeAsync(database), new ClickCheck(new ClickStore(settings.Clicks)).CheckAsync(database)));
        yield return failure is null
            ? Finding.Well(Part, $"each command of the scripts works, in all partitions, under {settings.Redis.KeyPrefix}; what was written is gone again")
            : OfTrouble(servers.All(server => server.IsReplica) ? new RedisTrouble("readonly") : RedisReplies.RefusalOf(failure) ?? OfText(failure));
        if (failure is not null)
        {
            yield break;
        }

        foreach (var server in servers.Where(server => !server.IsReplica))
        {
            yield return await ClockAsync(server);
            foreach (var finding in await KeepsAsync(server))
            {
                yield return finding;
            }
        }

        yield return await ClickPreflight.LookAsync(settings.Clicks, connection, time);
    }

    private string Names => RedisServers.NamesOf(settings.Redis);

    // The first attempt is on its way while this asks; a Redis that is there answers within seconds.
    private static async Task<Exception?> ReachAsync(RedisGate gate)
    {
        Exception? failure = null;
        var start = gate.Time.GetTimestamp();
        while (gate.Time.GetElapsedTime(start) < s_timeout)
        {
            failure = await gate.TryAsync(database => database.PingAsync());
            if (failure is null || RedisReplies.RefusalOf(failure) is not null)
            {
                return failure;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), gate.Time);
        }

        return failure;
    }

    // StackExchange.Redis tells of a Cluster only in the exception's text
    // (https://github.com/StackExchange/StackExchange.Redis/blob/main/src/StackExchange.Redis/ExceptionFactory.cs).
    private static RedisTrouble OfText(Exception failure) =>
        failure.Message.Contains("CLUSTER", StringComparison.OrdinalIgnoreCase) || failure.Message.Contains("slot", StringComparison.OrdinalIgnoreCase)
            ? new RedisTrouble("cluster")
            : new RedisTrouble(failure is TimeoutException ? "timeout" : "unavailable", failure.GetType().Name);

    private Finding OfTrouble(RedisTrouble trouble) => Finding.Fault(
        Part, trouble.Reason, $"Redis does not serve ({trouble.Reason}): {trouble.At(Names)}", "no click is found and nothing is converted", Remedies.Redis[trouble.Reason]);

    private IEnumerable<Finding> OfServers(List<IServer> servers)
    {
        var (version, topology) = (servers.Min(server => server.Version)!, servers[0].ServerType);
        yield return version < s_least
            ? Finding.Fault(Part, "version", $"{Names} is version {version}", "the scripts need 6.0", "run Redis 6 or later, or Valkey")
            : Finding.Well(Part, $"{Names} answers: version {version}, {topology.ToString().ToLowerInvariant()}, {servers.Count} server(s)");
    }

    private async Task<Finding> ClockAsync(IServer server)
    {
        try
        {
            var theirs = new DateTimeOffset(await server.TimeAsync(), TimeSpan.Zero);
            var apart = (time.GetUtcNow() - theirs).Duration();
            return apart > s_clockTolerance
                ? Finding.Fault(
                    Part, "clock", $"its clock and this machine's are {apart.TotalSeconds:0} seconds apart", "ages of clicks, waits and events in the log are wrong by that",
                    "let both follow the same time service (NTP)")
                : Finding.Well(Part, "its clock and this machine's agree");
        }
        catch (Exception exception) when (RedisGate.IsUnavailable(exception))
        {
            return Finding.Warning(Part, "clock_unknown", "it does not tell its time", "whether the clocks agree is not known", "grant the user +time");
        }
    }

    private static async Task<IReadOnlyList<Finding>> KeepsAsync(IServer server)
    {
        var findings = new List<Finding>();
        try
        {
            var policy = (await server.ConfigGetAsync("maxmemory-policy")).FirstOrDefault().Value;
            var appendOnly = (await server.ConfigGetAsync("appendonly")).FirstOrDefault().Value;
            var save = (await server.ConfigGetAsync("save")).FirstOrDefault().Value;
            findings.Add(policy is null or "" or "noeviction"
                ? Finding.Well(Part, "it evicts nothing (maxmemory-policy)")
                : Finding.Fault(
                    Part, "evicts", $"maxmemory-policy is {policy}", "when memory is short Redis throws conversions away, and customers may be converted twice",
                    "set maxmemory-policy noeviction, or use a Redis of the shim's own"));
            findings.Add(appendOnly == "no"
                ? Finding.Warning(
                    Part, "forgets", $"appendonly is no{(string.IsNullOrEmpty(save) ? ", and nothing is saved" : "")}", "what was claimed last is lost when Redis ends",
                    "set appendonly yes")
                : Finding.Well(Part, "it writes down what it is given (appendonly)"));
        }
        catch (Exception exception) when (RedisGate.IsUnavailable(exception))
        {
            findings.Add(Finding.Warning(
                Part, "config_unknown", "it does not tell its configuration (CONFIG GET)", "whether it evicts, or keeps what it is given, is not known",
                "see that maxmemory-policy is noeviction and appendonly is yes"));
        }

        return findings;
    }
}

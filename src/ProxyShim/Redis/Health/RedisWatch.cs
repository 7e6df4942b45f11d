using System.Net;
using ProxyShim.Telemetry.Health;
using StackExchange.Redis;

namespace ProxyShim.Redis.Health;

/// <summary>
/// Says what is wrong with Redis, from what the calls at the gate met, from checks of its own and from a look at the servers; and connects anew where that
/// helps.
/// </summary>
internal sealed class RedisWatch(RedisGate redis, IEnumerable<IRedisCheck> checks, Degradations degradations, TimeProvider time) : BackgroundService
{
    /// <summary>Between two checks while nothing is wrong: who may not write is told before the first customer comes.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(30);

    /// <summary>Between two checks, or two looks at the servers, while something is.</summary>
    public static readonly TimeSpan TroubleInterval = TimeSpan.FromSeconds(5);

    /// <summary>Between two attempts to connect anew: a name that moves is followed by its other end within a minute or so.</summary>
    public static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(15);

    /// <summary>So long a connection may be of no use though the server answers others, and it is made anew.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly RedisDiagnosis _diagnosis = new(redis.Settings.Connection, time);
    private readonly Pause _check = new(time);
    private readonly Pause _look = new(time);
    private readonly Pause _renewal = new(time);
    private readonly Pause _identity = new(time);
    private RedisFinding? _finding;
    private string _place = "";
    private long? _brokenSince;

    /// <summary>The first look is over, or has taken too long, before anybody can ask how Redis is.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var looking = LookAsync();
        await Task.WhenAny(looking, Task.Delay(s_interval, time, cancellationToken));
        if (!looking.IsCompleted)
        {
            Report(new RedisTrouble("connecting"));
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>One look.</summary>
    public async Task LookAsync()
    {
        Report(await FindAsync());
        await LookAtIdentityAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await LookAsync();
        }
    }

    private void Report(RedisTrouble? trouble) => degradations.Report(HealthComponent.Redis, trouble?.Reason, trouble?.At(_place));

    private async Task<RedisTrouble?> FindAsync()
    {
        var news = redis.News;
        if (news.HasAnswered && (news.Refusal is not null || !redis.IsBroken))
        {
            return await CheckAsync(news);
        }

        if (redis.IsBroken)
        {
            _brokenSince ??= time.GetTimestamp();
        }

        return await LookAtServersAsync(news);
    }

    private async Task<RedisTrouble?> CheckAsync(RedisNews news)
    {
        _brokenSince = null;
        if (!_check.IsOver(news.Refusal is null ? CheckInterval : TroubleInterval))
        {
            return news.Refusal;
        }

        _place = PlaceOf(Targets().EndPoints);
        var failure = await redis.TryAsync(database => Task.WhenAll(checks.Select(check => check.CheckAsync(database))));
        if (failure is null)
        {
            news.Checked();
        }
        else
        {
            news.Failed(failure);
        }

        if (news.Refusal is { Reason: "readonly" })
        {
            // What the name leads to now may be the primary.
            await RenewAsync();
        }

        // No answer any more, although there was a refusal once: why not?
        return failure is null || RedisReplies.RefusalOf(failure) is not null || news.Refusal is null
            ? news.Refusal
            : await LookAtServersAsync(news) ?? news.Refusal;
    }

    // No server answers, at least not us.
    private async Task<RedisTrouble?> LookAtServersAsync(RedisNews news)
    {
        if (_finding is null || _look.IsOver(TroubleInterval))
        {
            await LookAtServersAsync();
        }

        if (_finding!.Trouble is { } trouble)
        {
            return trouble;
        }

        if (_brokenSince is { } since && time.GetElapsedTime(since) > StaleAfter)
        {
            await RenewAsync();
        }

        return KnowsOnlyReplicas() ? new RedisTrouble("readonly")
            : !news.HasAnswered ? new RedisTrouble("connecting")
            : redis.IsBroken ? new RedisTrouble(news.IsLate ? "timeout" : "unavailable")
            : null;
    }

    // StackExchange.Redis sends a replica nothing that is for the primary, and so never gets READONLY
    // (https://github.com/StackExchange/StackExchange.Redis/blob/main/src/StackExchange.Redis/ServerSelectionStrategy.cs).
    private bool KnowsOnlyReplicas() => redis.Connected is { } connection
        && Array.FindAll(connection.GetServers(), static server => server.IsConnected) is { Length: > 0 } servers
        && Array.TrueForAll(servers, static server => server.IsReplica);

    private async Task LookAtServersAsync()
    {
        var (endpoints, user, password) = Targets();
        _place = PlaceOf(endpoints);
        _finding = new RedisFinding(null, IsStranger: false);
        foreach (var endpoint in endpoints)
        {
            var finding = await _diagnosis.LookAsync(endpoint, user, password);
            _finding = finding with { IsStranger = finding.IsStranger || _finding.IsStranger };
            if (finding.Trouble is not null)
            {
                _place = PlaceOf([endpoint]);
                return;
            }
        }
    }

    // A server without a password only answers AUTH with an error (https://redis.io/docs/latest/commands/auth/): the configured one protects nothing.
    private async Task LookAtIdentityAsync()
    {
        if (!redis.News.HasAnswered || redis.IsBroken || Targets().Password is null)
        {
            return;
        }

        var known = degradations.IsDegraded(HealthComponent.RedisUser);
        if (_identity.HasBegun && !(known && _identity.IsOver(CheckInterval)))
        {
            return;
        }

        _identity.Begin();
        await LookAtServersAsync();
        if (_finding!.Trouble is null)
        {
            degradations.Report(HealthComponent.RedisUser, _finding.IsStranger ? "not_authenticated" : null, _place);
        }
    }

    private async Task RenewAsync()
    {
        if (_renewal.IsOver(RenewInterval) && await redis.RenewAsync())
        {
            _check.End();
            _identity.End();
        }
    }

    // Behind Sentinels there is a server to look at only when they have named one; until then it is they who do not answer.
    private (IReadOnlyList<EndPoint> EndPoints, string? User, string? Password) Targets()
    {
        var settings = redis.Settings.Connection;
        return redis.Connected is { } connection ? (connection.GetEndPoints(), settings.User, settings.Password)
            : settings.ServiceName is { Length: > 0 } ? (settings.EndPoints, settings.SentinelUser, settings.SentinelPassword)
            : (settings.EndPoints, settings.User, settings.Password);
    }

    private static string PlaceOf(IReadOnlyList<EndPoint> endpoints)
    {
        var place = Format(endpoints[0]);
        return endpoints.Count == 1 ? place : $"{place} and {endpoints.Count - 1} more";

        static string Format(EndPoint endpoint) => endpoint is DnsEndPoint name ? $"{name.Host}:{name.Port}" : $"{endpoint}";
    }

    /// <summary>Says when something may be done again; at first it may.</summary>
    private sealed class Pause(TimeProvider time)
    {
        private long? _begun;

        public bool HasBegun => _begun is not null;

        public void Begin() => _begun = time.GetTimestamp();

        public void End() => _begun = null;

        /// <summary>Whether it has lasted so long; then the next one begins.</summary>
        public bool IsOver(TimeSpan length)
        {
            if (_begun is { } begun && time.GetElapsedTime(begun) < length)
            {
                return false;
            }

            Begin();
            return true;
        }
    }
}

using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Testing;

/// <summary>
/// The Redis of a test run: the best at hand, started when the first test asks, the same for all. An assembly fixture:
/// take it in the constructor of a test class that carries <see cref="RedisSuiteAttribute"/>.
/// </summary>
public sealed class TestRedis : IAsyncDisposable
{
    private readonly Lazy<Task<Started>> _started = new(StartApartAsync);

    /// <summary>Where it comes from.</summary>
    public async Task<RedisKind> GetKindAsync() => (await _started.Value).Kind;

    /// <summary>A fresh part of it for one test.</summary>
    /// <exception cref="InvalidOperationException">The test lacks <see cref="RedisSuiteAttribute"/>: it would not run on the other kinds.</exception>
    public async Task<RedisScope> OpenAsync()
    {
        var traits = TestContext.Current.TestCase?.Traits ?? TestContext.Current.TestClass?.Traits;
        if (traits is not null && !(traits.TryGetValue(RedisSuiteAttribute.Name, out var suites) && suites.Contains(RedisSuiteAttribute.Value)))
        {
            throw new InvalidOperationException("A test that uses TestRedis must carry [RedisSuite].");
        }

        var started = await _started.Value;
        return new RedisScope(started.Connection, started.Redis.ConnectionString);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // One that did not start has told the tests that asked for it.
        if (!_started.IsValueCreated || !_started.Value.IsCompletedSuccessfully)
        {
            return;
        }

        var started = await _started.Value;
        await started.Connection.DisposeAsync();
        if (started.Redis.Owner is { } owner)
        {
            await owner.DisposeAsync();
        }
    }

    // It is the run's, not that test's or fixture's which asks first: their context stays behind.
    private static Task<Started> StartApartAsync()
    {
        using var _ = ExecutionContext.SuppressFlow();
        return Task.Run(StartAsync);
    }

    private static async Task<Started> StartAsync()
    {
        var (redis, kind, passedOver) = await RedisSources.StartFirstAsync(RedisSources.BestFirst, ReadWantedKind());
        var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var server = connection.GetServers()[0];
        RunNotes.Write("redis", $"{kind}", [$"Redis of this run: {kind}, version {server.Version}", .. passedOver.Select(reason => $"  not {reason}")]);
        return new Started(redis, kind, connection);
    }

    private static RedisKind? ReadWantedKind()
        => Environment.GetEnvironmentVariable(RedisSources.KindVariable) is { Length: > 0 } name
            ? Enum.Parse<RedisKind>(name, ignoreCase: true)
            : null;

    private sealed record Started(RedisAtHand Redis, RedisKind Kind, ConnectionMultiplexer Connection);
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ProxyShim.Primitives;
using ProxyShim.Redis.Health;
using ProxyShim.Redis.Sockets;
using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>The one way to Redis: bounded in time, and left alone for a while when it keeps failing.</summary>
internal sealed class RedisGate : IAsyncDisposable
{
    // WAIT blocks its connection, and calls that were given up on stay queued there: four keep that queue short when Redis recovers
    // (https://redis.io/docs/latest/commands/wait/).
    private const int MaxBlockingCalls = 4;

    // No request waits for what is only tried.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);

    private readonly IRedisConnection _connection;
    private readonly IRedisConnection _blockingConnection;
    private readonly SemaphoreSlim _blockingCalls = new(MaxBlockingCalls);
    private readonly ConsecutiveFailureBreaker _breaker;
    private readonly PooledTimeouts _waits;

    public RedisGate(RedisSettings settings, TimeProvider time, Func<Task<IConnectionMultiplexer>>? connect = null)
    {
        Settings = settings;
        Time = time;
        _connection = NewConnection(settings.Connection, time, connect);
        _blockingConnection = NewConnection(settings.Connection, time, connect);
        _breaker = new ConsecutiveFailureBreaker(time);
        _waits = new PooledTimeouts(time, settings.Connection.Tunnel is RedisTunnel tunnel ? tunnel.IsBehind : null);
    }

    public RedisSettings Settings { get; }

    public TimeProvider Time { get; }

    /// <summary>Whether Redis has failed too often in a row.</summary>
    public bool IsBroken => _breaker.IsOpen;

    /// <summary>What its answers, and their absence, have told so far.</summary>
    public RedisNews News { get; } = new();

    /// <summary>The connection of the moment; null while there has been none.</summary>
    public IConnectionMultiplexer? Connected => _connection.Current is { IsCompletedSuccessfully: true } connection ? connection.Result : null;

    /// <summary>Begins to connect, so that the first request does not have to.</summary>
    public void Open() => _ = _connection.Current;

    /// <summary>What one request, or one background job, may spend on Redis.</summary>
    public RedisBudget NewBudget() => new(this, Settings.Timeout);

    /// <summary>The same for what belongs to no request and no job: it has no spans.</summary>
    public RedisBudget NewUntracedBudget() => new(this, Settings.Timeout, isTraced: false);

    /// <exception cref="RedisUnavailableException">Redis did not answer within the budget, refused, or is being left alone.</exception>
    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    [SuppressMessage("Reliability", "CA2012", Justification = "Waited for by one, and then read once, or never where that was in vain.")]
    public async ValueTask<TResult> RunAsync<TState, TResult>(Func<IDatabase, TState, ValueTask<TResult>> work, TState state, RedisBudget budget, bool isAwaited = true)
    {
        if (budget.Remaining < RedisBudget.MinRoundTrip)
        {
            throw new RedisUnavailableException("budget_spent", null);
        }

        if (!_breaker.TryEnter())
        {
            throw new RedisUnavailableException("circuit_open", null);
        }

        var (start, available) = (Time.GetTimestamp(), budget.Remaining);
        var isAnswered = false;
        try
        {
            var connecting = _connection.Current;
            if (!connecting.IsCompletedSuccessfully && !await _waits.WaitAsync(connecting, budget.Remaining))
            {
                throw new TimeoutException();
            }

            var connection = await connecting;
            ValueTask<TResult> working;
            using (ReplyBatch.Enter(isAwaited))
            {
                working = work(connection.GetDatabase(), state);
            }

            if (!await _waits.WaitAsync(working, budget.RemainingSince(start)))
            {
                throw new TimeoutException();
            }

            var result = await working;
            isAnswered = true;
            _breaker.Succeeded();
            News.Succeeded();
            return result;
        }
        catch (Exception exception) when (IsUnavailable(exception))
        {
            _breaker.Failed();
            News.Failed(exception);
            throw new RedisUnavailableException(exception.GetType().Name, exception);
        }
        catch
        {
            // Redis has answered, or was not asked.
            _breaker.Succeeded();
            throw;
        }
        finally
        {
            // Only a reply that is there can have waited for us; a time-out that is noticed late is Redis's.
            budget.Consume(Time.GetElapsedTime(start), isAnswered ? available : TimeSpan.MaxValue);
        }
    }

    /// <summary>Runs a command that blocks its connection, on one that no other request needs. False when it does not answer in time: that says nothing of Redis.</summary>
    public async Task<bool> RunOnDedicatedConnectionAsync<TState>(Func<IDatabase, TState, Task<bool>> work, TState state, TimeSpan timeout)
    {
        if (timeout < RedisBudget.MinRoundTrip)
        {
            return false;
        }

        using var late = new CancellationTokenSource(timeout, Time);
        try
        {
            await _blockingCalls.WaitAsync(late.Token);
            return await RunAsync().WaitAsync(late.Token);
        }
        catch (Exception exception) when (IsUnavailable(exception) || exception is OperationCanceledException)
        {
            return false;
        }

        // To its end, whether or not a request still waits for it.
        async Task<bool> RunAsync()
        {
            try
            {
                return await work((await _blockingConnection.Current).GetDatabase(), state);
            }
            finally
            {
                _blockingCalls.Release();
            }
        }
    }

    /// <summary>Tries to write what need not be written now. False when Redis is unavailable.</summary>
    public async ValueTask<bool> TryRunAsync<TState, TResult>(Func<IDatabase, TState, ValueTask<TResult>> work, TState state)
    {
        try
        {
            await NewBudget().RunAsync(work, state);
            return true;
        }
        catch (RedisUnavailableException)
        {
            return false;
        }
    }

    /// <inheritdoc cref="TryRunAsync{TState, TResult}"/>
    public async ValueTask<bool> TryRunAsync(Func<RedisBudget, ValueTask> write)
    {
        try
        {
            await write(NewUntracedBudget());
            return true;
        }
        catch (RedisUnavailableException)
        {
            return false;
        }
    }

    /// <summary>Tries something that decides nothing: the breaker neither hears of it nor keeps it back.</summary>
    /// <returns>What it met; null when it went well.</returns>
    public async Task<Exception?> TryAsync(Func<IDatabase, Task> work)
    {
        try
        {
            using var late = new CancellationTokenSource(s_timeout, Time);
            var connection = await _connection.Current.WaitAsync(late.Token);
            await work(connection.GetDatabase()).WaitAsync(late.Token);
            return null;
        }
        catch (OperationCanceledException exception)
        {
            return new TimeoutException(null, exception);
        }
        catch (Exception exception) when (IsUnavailable(exception) || exception is RedisRefusedException)
        {
            return exception;
        }
    }

    /// <summary>Makes new connections in place of the present ones, where a new one can be made: the names of the servers are resolved anew.</summary>
    /// <returns>Whether they are in place.</returns>
    public async Task<bool> RenewAsync()
    {
        var renewed = await _connection.RenewAsync();
        await _blockingConnection.RenewAsync();
        return renewed;
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _blockingConnection.DisposeAsync();
    }

    private static IRedisConnection NewConnection(ConfigurationOptions settings, TimeProvider time, Func<Task<IConnectionMultiplexer>>? connect) =>
        connect is null && settings.ServiceName is { Length: > 0 }
            ? new SentinelConnection(settings, time)
            : new DirectConnection(connect ?? (async () => await ConnectionMultiplexer.ConnectAsync(settings)), time);

    /// <summary>Whether it tells of Redis, and not of the request that asked.</summary>
    public static bool IsUnavailable(Exception exception) =>
        exception is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException;
}

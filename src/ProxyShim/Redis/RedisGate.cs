using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.ObjectPool;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using ProxyShim.Redis.Sockets;
using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>The one way to Redis: bounded in time, and left alone for a while when it keeps failing.</summary>
internal sealed class RedisGate : IAsyncDisposable
{
    // They queue on their connection anyway, where who has been given up on still stands in line: few, so that the line is short when Redis recovers.
    private const int MostAside = 4;

    // As many calls as are under way at once in a busy shim; more contexts than that are not kept.
    private const int MaxKeptContexts = 256;

    private static readonly ResiliencePropertyKey<RedisBudget> s_budget = new("budget");

    private readonly IRedisConnection _connection;
    private readonly IRedisConnection _asideConnection;
    private readonly SemaphoreSlim _aside = new(MostAside);
    private readonly ConsecutiveFailureBreaker _breaker;
    private readonly Func<ResilienceContext, RedisCall, ValueTask<Outcome<RedisCall>>> _execute;

    // Polly's own pool keeps one or two for each processor.
    private readonly ObjectPool<ResilienceContext> _contexts = new DefaultObjectPool<ResilienceContext>(new ContextPolicy(), MaxKeptContexts);

    public RedisGate(RedisSettings settings, TimeProvider time, Func<Task<IConnectionMultiplexer>>? connect = null)
    {
        Settings = settings;
        Time = time;
        _connection = NewConnection(settings.Connection, time, connect);
        _asideConnection = NewConnection(settings.Connection, time, connect);
        var options = new ConsecutiveFailureBreakerOptions { IsFailure = IsUnavailable };
        _breaker = new ConsecutiveFailureBreaker(options, time);
        _execute = (context, call) => CallAsync(call, context.CancellationToken);
        Pipeline = BuildPipeline(_breaker, options, time);
    }

    public RedisSettings Settings { get; }

    public TimeProvider Time { get; }

    public ResiliencePipeline Pipeline { get; }

    /// <summary>Whether Redis has failed too often in a row.</summary>
    public bool IsBroken => _breaker.IsOpen;

    /// <summary>Begins to connect, so that the first request does not have to.</summary>
    public void Open() => _ = _connection.Current;

    /// <summary>What one request, or one background job, may spend on Redis.</summary>
    public RedisBudget NewBudget() => new(this, Settings.Timeout);

    /// <exception cref="RedisUnavailableException">Redis did not answer within the budget, refused, or is being left alone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResult> RunAsync<TState, TResult>(Func<IDatabase, TState, Task<TResult>> work, TState state, RedisBudget budget)
    {
        if (budget.Remaining < RedisBudget.Least)
        {
            throw new RedisUnavailableException("the request's time for Redis is spent", null);
        }

        var start = Time.GetTimestamp();
        var call = new RedisCall<TState, TResult>(work, state);
        var context = _contexts.Get();
        context.Properties.Set(s_budget, budget);
        var outcome = await Pipeline.ExecuteOutcomeAsync(_execute, context, call);
        KeepOrReturn(context, outcome.Exception is null);
        budget.Spend(Time.GetElapsedTime(start));
        if (outcome.Exception is { } exception && (IsUnavailable(exception) || exception is BrokenCircuitException))
        {
            throw new RedisUnavailableException(exception.GetType().Name, exception);
        }

        outcome.ThrowIfException();
        return call.Result;
    }

    /// <summary>Runs a command that blocks its connection, on one that nobody else needs. False when it does not answer in time: that says nothing of Redis.</summary>
    public async Task<bool> RunAsideAsync<TState>(Func<IDatabase, TState, Task<bool>> work, TState state, TimeSpan timeout)
    {
        if (timeout < RedisBudget.Least)
        {
            return false;
        }

        using var late = new CancellationTokenSource(timeout, Time);
        try
        {
            await _aside.WaitAsync(late.Token);
            return await RunAsync().WaitAsync(late.Token);
        }
        catch (Exception exception) when (IsUnavailable(exception) || exception is OperationCanceledException)
        {
            return false;
        }

        // To its end, whether or not somebody still waits for it.
        async Task<bool> RunAsync()
        {
            try
            {
                return await work((await _asideConnection.Current).GetDatabase(), state);
            }
            finally
            {
                _aside.Release();
            }
        }
    }

    /// <summary>Tries to write what need not be written now. False when Redis is unavailable.</summary>
    public async ValueTask<bool> TryRunAsync<TState, TResult>(Func<IDatabase, TState, Task<TResult>> work, TState state)
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

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _asideConnection.DisposeAsync();
    }

    private static IRedisConnection NewConnection(ConfigurationOptions settings, TimeProvider time, Func<Task<IConnectionMultiplexer>>? connect) =>
        connect is null && settings.ServiceName is { Length: > 0 }
            ? new SentinelConnection(settings, time)
            : new DirectConnection(connect ?? (async () => await ConnectionMultiplexer.ConnectAsync(settings)));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<RedisCall>> CallAsync(RedisCall call, CancellationToken cancellationToken)
    {
        try
        {
            var connecting = _connection.Current;
            var connection = connecting.IsCompletedSuccessfully ? await connecting : await connecting.WaitAsync(cancellationToken);
            Task working;
            using (RedisTurn.Begin())
            {
                working = call.Begin(connection.GetDatabase());
            }

            await working.WaitAsync(cancellationToken);
            return Outcome.FromResult(call);
        }
        catch (Exception exception)
        {
            return Outcome.FromException<RedisCall>(exception);
        }
    }

    // What went wrong is noted in the context, and only Polly can take that out again.
    private void KeepOrReturn(ResilienceContext context, bool clean)
    {
        if (clean)
        {
            _contexts.Return(context);
        }
        else
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Polly validates the options by their data annotations; these have none.")]
    private static ResiliencePipeline BuildPipeline(ConsecutiveFailureBreaker breaker, ConsecutiveFailureBreakerOptions options, TimeProvider time) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddStrategy(_ => breaker, options)
            .AddTimeout(new TimeoutStrategyOptions
            {
                TimeoutGenerator = static arguments =>
                    ValueTask.FromResult(arguments.Context.Properties.TryGetValue(s_budget, out var budget) ? budget.Remaining : TimeSpan.Zero),
            })
            .Build();

    /// <summary>Whether it tells of Redis, and not of whoever asked.</summary>
    public static bool IsUnavailable(Exception exception) =>
        exception is RedisException or RedisCommandException or TimeoutException or TimeoutRejectedException or ObjectDisposedException;

    private sealed class ContextPolicy : PooledObjectPolicy<ResilienceContext>
    {
        public override ResilienceContext Create() => ResilienceContextPool.Shared.Get(CancellationToken.None);

        public override bool Return(ResilienceContext obj) => true;
    }
}

using System.Net;
using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>To the server that the Sentinels call the master, and to no other.</summary>
/// <remarks>
/// StackExchange.Redis connects to all servers that a Sentinel knows, and takes for a master what takes itself for one. A master that died, was replaced
/// and comes back does so for ten seconds: half of all commands went to it, and were forgotten when it was told that it is a replica
/// (https://github.com/StackExchange/StackExchange.Redis/pull/121; measured: SentinelFailoverTests).
/// </remarks>
/// <param name="settings">Names the Sentinels.</param>
internal sealed class SentinelConnection(ConfigurationOptions settings, TimeProvider time) : IRedisConnection
{
    // A switch is announced by the Sentinel that we subscribe to, unless that one is down as well
    // (https://redis.io/docs/latest/develop/reference/sentinel-clients/).
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    // One that hangs must not delay the others' answers.
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<IConnectionMultiplexer> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Task<IConnectionMultiplexer>? _current;
    private Task _following = Task.CompletedTask;
    private TaskCompletionSource _switched = new();

    public Task<IConnectionMultiplexer> Current => Volatile.Read(ref _current) ?? Begin();

    public Task<bool> RenewAsync() => Task.FromResult(false);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_current is { IsCompletedSuccessfully: true } current)
        {
            await (await current).DisposeAsync();
        }

        _stopping.Dispose();
    }

    private Task<IConnectionMultiplexer> Begin()
    {
        lock (_lock)
        {
            if (_current is null)
            {
                _current = _found.Task;
                _following = FollowAsync(_stopping.Token);
            }

            return _current;
        }
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        await using var sentinels = await ConnectionMultiplexer.SentinelConnectAsync(SentinelOptions());
        await sentinels.GetSubscriber().SubscribeAsync(
            RedisChannel.Literal("+switch-master"), (_, _) => Volatile.Read(ref _switched).TrySetResult(), CommandFlags.FireAndForget);
        EndPoint? master = null;
        while (!stopping.IsCancellationRequested)
        {
            var switched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _switched, switched);
            if (await AskAsync(sentinels) is { } named && !named.Equals(master))
            {
                master = named;
                await SwitchAsync(named);
            }

            await Task.WhenAny(switched.Task, Task.Delay(s_interval, time, stopping));
        }
    }

    /// <summary>The master that most of them name; none when they are at odds, or silent.</summary>
    private async Task<EndPoint?> AskAsync(ConnectionMultiplexer sentinels)
    {
        var answers = await Task.WhenAll(sentinels.GetServers().Select(AskAsync));
        var votes = answers.OfType<EndPoint>().CountBy(master => master).OrderByDescending(vote => vote.Value).ToArray();
        return votes is [var only] || (votes is [var first, var second, ..] && (only = first).Value > second.Value) ? only.Key : null;
    }

    private async Task<EndPoint?> AskAsync(IServer sentinel)
    {
        try
        {
            return await sentinel.SentinelGetMasterAddressByNameAsync(settings.ServiceName!).WaitAsync(s_timeout, time);
        }
        catch (Exception exception) when (RedisGate.IsUnavailable(exception))
        {
            return null;
        }
    }

    private async Task SwitchAsync(EndPoint master)
    {
        // From now on no request gets the former one, whether or not the new one answers yet.
        var connecting = ConnectAsync(master);
        var former = Interlocked.Exchange(ref _current, connecting);
        if (former != _found.Task)
        {
            // What it has not answered yet, it would answer as one whose word counts no more.
            await (await former!).CloseAsync(allowCommandsToComplete: false);
        }

        _found.TrySetResult(await connecting);
    }

    private async Task<IConnectionMultiplexer> ConnectAsync(EndPoint master)
    {
        var options = settings.Clone();
        options.ServiceName = null;
        options.EndPoints.Clear();
        options.EndPoints.Add(master);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    private ConfigurationOptions SentinelOptions()
    {
        var options = settings.Clone();
        options.User = settings.SentinelUser;
        options.Password = settings.SentinelPassword;
        return options;
    }
}

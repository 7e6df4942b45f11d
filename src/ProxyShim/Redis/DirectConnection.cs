using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>To the servers that the connection string names: one server, or a cluster.</summary>
internal sealed class DirectConnection(Func<Task<IConnectionMultiplexer>> connect, TimeProvider time) : IRedisConnection
{
    // A request that has taken a connection that is replaced has given its command by then, or gives it too late to be waited for.
    private static readonly TimeSpan s_lastCommands = TimeSpan.FromSeconds(1);

    private Lazy<Task<IConnectionMultiplexer>> _connection = new(connect);

    public Task<IConnectionMultiplexer> Current => Volatile.Read(ref _connection).Value;

    public async Task<bool> RenewAsync()
    {
        var former = Volatile.Read(ref _connection);
        if (former is not { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            // It is being made, or will be.
            return false;
        }

        var next = await connect();
        if (!next.IsConnected || Interlocked.CompareExchange(ref _connection, new(Task.FromResult(next)), former) != former)
        {
            await next.DisposeAsync();
            return false;
        }

        _ = CloseAsync(await former.Value);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated && _connection.Value.IsCompletedSuccessfully)
        {
            await (await _connection.Value).DisposeAsync();
        }
    }

    private async Task CloseAsync(IConnectionMultiplexer former)
    {
        await Task.Delay(s_lastCommands, time);
        await former.DisposeAsync();
    }
}

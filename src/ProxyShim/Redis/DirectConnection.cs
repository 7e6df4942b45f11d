using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>To the servers that the connection string names, for good: one server, or a cluster.</summary>
internal sealed class DirectConnection(Func<Task<IConnectionMultiplexer>> connect) : IRedisConnection
{
    private readonly Lazy<Task<IConnectionMultiplexer>> _connection = new(connect);

    public Task<IConnectionMultiplexer> Current => _connection.Value;

    public async ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated && _connection.Value.IsCompletedSuccessfully)
        {
            await (await _connection.Value).DisposeAsync();
        }
    }
}

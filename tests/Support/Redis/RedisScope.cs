using StackExchange.Redis;

namespace ProxyShim.Testing;

/// <summary>One test's part of the shared Redis: every key that begins with <see cref="KeyPrefix"/>. They are deleted at the end.</summary>
public sealed class RedisScope : IAsyncDisposable
{
    // A long test leaves some hundred thousand keys.
    private const int Batch = 1000;

    internal RedisScope(IConnectionMultiplexer connection, string connectionString)
    {
        Connection = connection;
        ConnectionString = connectionString;
        KeyPrefix = $"test-{Guid.NewGuid():N}:";
    }

    /// <summary>For a second client, or a shim.</summary>
    public string ConnectionString { get; }

    /// <summary>What every key of the test begins with; it holds no glob character and no hash tag.</summary>
    public string KeyPrefix { get; }

    /// <summary>The connection that all tests share; not to be disposed.</summary>
    public IConnectionMultiplexer Connection { get; }

    /// <summary>Database 0.</summary>
    public IDatabase Database => Connection.GetDatabase();

    /// <summary>A key of this test.</summary>
    public string Key(string name) => KeyPrefix + name;

    /// <summary>All keys of this test, on every master.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync()
    {
        var keys = new List<string>();
        foreach (var server in Connection.GetServers().Where(server => !server.IsReplica))
        {
            await foreach (var key in server.KeysAsync(pattern: $"{KeyPrefix}*", pageSize: Batch))
            {
                keys.Add(key.ToString());
            }
        }

        return keys;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Side by side, each in a command of its own: in a Cluster the keys of one command are of one slot.
        foreach (var keys in (await KeysAsync()).Chunk(Batch))
        {
            await Task.WhenAll(keys.Select(key => Database.KeyDeleteAsync(key)));
        }
    }
}

using ProxyShim.Sandbox;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed class EmbeddedRedisTests
{
    [Fact]
    public async Task It_has_what_the_shim_needs_of_Redis()
    {
        await using var redis = EmbeddedRedis.Start();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var database = connection.GetDatabase();

        await database.StringSetAsync("click:ada", "xid_1");
        await database.HashSetAsync("click:bob", "xid", "xid_2");
        Assert.Equal("xid_1", await database.StringGetAsync("click:ada"));
        Assert.Equal("xid_2", await database.HashGetAsync("click:bob", "xid"));

        const string Script = """
            local now = redis.call('TIME')
            redis.call('HSET', KEYS[1], 'state', ARGV[1])
            redis.call('SET', KEYS[2], 'body', 'PX', 60000)
            redis.call('ZADD', KEYS[3], 5, 'id')
            return { redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '+inf')[1], now[1] }
            """;
        var result = (RedisResult[])(await database.ScriptEvaluateAsync(Script, ["h", "b", "z"], ["claimed"]))!;
        Assert.Equal("id", (string?)result[0]);
        Assert.True((long)result[1] > 1_700_000_000);
        Assert.Equal("claimed", await database.HashGetAsync("h", "state"));
        Assert.NotNull(await database.KeyTimeToLiveAsync("b"));
    }

    [Fact]
    public async Task Two_do_not_share_anything_and_a_port_is_free_again_after_disposal()
    {
        await using var first = EmbeddedRedis.Start();
        await using (var second = EmbeddedRedis.Start())
        {
            await using var one = await ConnectionMultiplexer.ConnectAsync(first.ConnectionString);
            await using var two = await ConnectionMultiplexer.ConnectAsync(second.ConnectionString);
            await one.GetDatabase().StringSetAsync("k", "1");
            Assert.True((await two.GetDatabase().StringGetAsync("k")).IsNull);
            Assert.Throws<IOException>(() => EmbeddedRedis.Start(second.Port));
        }

        var port = first.Port;
        await first.DisposeAsync();
        await using var third = EmbeddedRedis.Start(port);
        Assert.Equal(port, third.Port);
    }

    [Fact]
    public async Task With_a_folder_each_write_is_in_a_file_before_it_is_answered()
    {
        var folder = Directory.CreateTempSubdirectory("proxyshim-redis-");
        try
        {
            await using (var redis = EmbeddedRedis.Start(folder: folder.FullName))
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync($"{redis.ConnectionString},allowAdmin=true");
                await connection.GetDatabase().StringSetAsync("k", "a value to be found again");
                Assert.Equal("yes", (await connection.GetServers()[0].ConfigGetAsync("appendonly")).Single().Value);
                Assert.Contains(folder.GetFiles("*", SearchOption.AllDirectories), static file => Holds(file, "a value to be found again"));
            }

            await using var again = EmbeddedRedis.Start();
            await using var other = await ConnectionMultiplexer.ConnectAsync($"{again.ConnectionString},allowAdmin=true");
            Assert.Equal("no", (await other.GetServers()[0].ConfigGetAsync("appendonly")).Single().Value);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool Holds(FileInfo file, string text)
    {
        using var stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0;
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace ProxyShim.Benchmarks.Servers;

/// <summary>A redis-server that starts from a snapshot of the clicks, so that every run finds the same state.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const string Snapshot = "clicks.rdb";
    private const int Batch = 100_000;

    /// <summary>Milliseconds; a script that writes a hundred thousand clicks is slow, and no failure.</summary>
    private const int Timeout = 60_000;

    /// <summary>A click as a landing page would store it; the number of the customer stands in its xid.</summary>
    private const string Fill = """
        for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
            local number = string.format('%07d', i)
            redis.call('SET', 'click:c' .. number, '{"xid":"xid_' .. number .. '_9bq3TtLs0a","partner_key":"acme","sub_ids":["spring"],"origin":"acme.com","ip_address":"203.0.113.7","user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36","clicked_at":1750000000000}')
        end
        """;

    private readonly ChildProcess _process;

    private RedisServer(ChildProcess process, ConnectionMultiplexer connection, int port) => (_process, Connection, Port) = (process, connection, port);

    public int Port { get; }

    public int Id => _process.Id;

    public ConnectionMultiplexer Connection { get; }

    public IDatabase Database => Connection.GetDatabase();

    /// <summary>Writes the snapshot that <see cref="StartAsync"/> starts from.</summary>
    public static async Task SeedAsync(int port, string directory, int clicks, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        File.Delete(Path.Combine(directory, Snapshot));
        await using var redis = await StartAsync(port, directory, appendOnly: false, cancellationToken);
        for (var first = 0; first < clicks; first += Batch)
        {
            await redis.Database.ScriptEvaluateAsync(Fill, null, [first, Math.Min(first + Batch, clicks) - 1]);
        }

        await redis.Database.ExecuteAsync("SAVE");
    }

    public static async Task<RedisServer> StartAsync(int port, string directory, bool appendOnly, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var files = Path.Combine(directory, "appendonlydir");
        if (Directory.Exists(files))
        {
            Directory.Delete(files, recursive: true);
        }

        var process = ChildProcess.Start(
            Launch.Of("redis-server", "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", directory, "--dbfilename", Snapshot, "--save", ""),
            Cores.Others,
            Path.Combine(directory, "redis.out"));
        await Until.TrueAsync("redis", () => AnswersAsync(port, cancellationToken), process.Complaints, cancellationToken);
        var options = new ConfigurationOptions { EndPoints = { { "127.0.0.1", port } }, AllowAdmin = true, SyncTimeout = Timeout, AsyncTimeout = Timeout };
        var redis = new RedisServer(process, await ConnectionMultiplexer.ConnectAsync(options), port);
        if (appendOnly)
        {
            // Switched on after the start: with a setting at start Redis would look for the file instead of the snapshot.
            await redis.Database.ExecuteAsync("CONFIG", "SET", "appendonly", "yes");
            await Until.TrueAsync("append-only file", async () => (await redis.InfoAsync("persistence", "aof_rewrite_in_progress")) == 0, process.Complaints, cancellationToken);
        }

        return redis;
    }

    /// <summary>A number from INFO.</summary>
    public async Task<long> InfoAsync(string section, string name)
    {
        var text = (await Database.ExecuteAsync("INFO", section)).ToString();
        var line = text.Split('\n').First(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line[(name.Length + 1)..].Trim(), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _process.DisposeAsync();
    }

    // Over a bare socket: a multiplexer that connects while the snapshot is being loaded does not come round.
    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
            using var reader = new StreamReader(client.GetStream());
            return await reader.ReadLineAsync(cancellationToken) == "+PONG";
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ProxyShim.Testing;
using StackExchange.Redis;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>Looks into the ledger from outside, by the names of DESIGN.md ("Redis"), so that no code of the shim vouches for itself.</summary>
internal sealed class LedgerView(ConnectionMultiplexer connection) : IAsyncDisposable
{
    private const int Partitions = 16;
    private const string Root = "proxyshim:live:";

    // The longest way there is: a lease, a read-back, a phantom's resends.
    private static readonly TimeSpan s_drainLimit = TimeSpan.FromMinutes(2);

    private IEnumerable<IServer> Masters => connection.GetServers().Where(server => server is { IsConnected: true, IsReplica: false });

    private IDatabase Database => connection.GetDatabase();

    /// <summary>Connects, however long a busy machine takes for that.</summary>
    /// <param name="connectionString">Of a server or a Cluster: what StackExchange.Redis connects to by way of a Sentinel it may never find again.</param>
    /// <exception cref="TimeoutException">Redis does not answer.</exception>
    public static async Task<LedgerView> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        var connection = await ConnectionMultiplexer.ConnectAsync($"{connectionString},abortConnect=false,connectTimeout=2000");
        try
        {
            await Eventually.IsTrueAsync("the ledger's Redis answers", () => AnswersAsync(connection), cancellation: cancellation);
            return new LedgerView(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A key of each partition.</summary>
    public static IEnumerable<string> DueKeys => Indexes("due").Select(key => key.ToString());

    /// <summary>What a dead letter, or any other entry, of a customer is called.</summary>
    public static string IdOf(string customerKey) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(customerKey)));

    /// <summary>Stands where a click has been left for each customer.</summary>
    public Task WriteClicksAsync(IEnumerable<string> customers)
        => Task.WhenAll(customers.Select(customer => Database.StringSetAsync($"click:{customer}", "xid-1")));

    /// <summary>Waits until the shim has nothing to send, nothing to read back and no click to look for any more.</summary>
    /// <exception cref="TimeoutException">Something is stuck; the message says in which states.</exception>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        try
        {
            await Eventually.IsTrueAsync("nothing is due, nothing unverified and nobody held", IsDrainedAsync, s_drainLimit, cancellation);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} The ledger has {await DescribeAsync()}", e);
        }
    }

    /// <summary>Whether nothing is to be sent, or in flight, any more.</summary>
    public async Task<bool> HasNothingDueAsync()
        => (await Task.WhenAll(Indexes("due").Select(key => Database.SortedSetLengthAsync(key)))).All(length => length == 0);

    /// <summary>The ids of the dead letters.</summary>
    public async Task<IReadOnlySet<string>> DeadAsync()
        => (await Task.WhenAll(Indexes("dead").Select(key => Database.SortedSetRangeByRankAsync(key)))).SelectMany(ids => ids)
            .Select(id => id.ToString()).ToHashSet(StringComparer.Ordinal);

    /// <summary>The ids whose body, and with it personal data, is still there.</summary>
    public async Task<IReadOnlySet<string>> BodiesAsync()
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var master in Masters)
        {
            await foreach (var key in master.KeysAsync(pattern: $"{Root}*:body:*", pageSize: 1000))
            {
                ids.Add(key.ToString()[^64..]);
            }
        }

        return ids;
    }

    /// <summary>Waits until no kept call waits any more.</summary>
    /// <exception cref="TimeoutException">Something is stuck.</exception>
    public Task DrainCallsAsync(CancellationToken cancellation) => Eventually.IsTrueAsync(
        "no kept call waits", async () => (await Task.WhenAll(Indexes("waiting").Select(key => Database.SortedSetLengthAsync(key)))).All(length => length == 0),
        s_drainLimit, cancellation);

    /// <summary>The numbers of the dead calls, by customer.</summary>
    public async Task<ILookup<string, int>> DeadCallsAsync() =>
        (await Task.WhenAll(Indexes("letters").Select(key => Database.SortedSetRangeByRankAsync(key)))).SelectMany(letters => letters)
            .Select(letter => letter.ToString().Split(':')).ToLookup(parts => parts[0], parts => int.Parse(parts[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <summary>The customers of whose calls, and so of whose personal data, something is still there.</summary>
    public async Task<IReadOnlyList<string>> CallsAsync()
    {
        var ids = new List<string>();
        foreach (var master in Masters)
        {
            await foreach (var key in master.KeysAsync(pattern: $"{Root}*:calls:*", pageSize: 1000))
            {
                ids.Add(key.ToString()[^64..]);
            }
        }

        return ids;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static async Task<bool> AnswersAsync(ConnectionMultiplexer connection)
    {
        try
        {
            await connection.GetDatabase().PingAsync();
            return true;
        }
        catch (Exception e) when (e is RedisConnectionException or RedisTimeoutException)
        {
            return false;
        }
    }

    private async Task<bool> IsDrainedAsync()
        => (await Task.WhenAll(((string[])["due", "unverified", "held"]).SelectMany(Indexes).Select(key => Database.SortedSetLengthAsync(key)))).All(length => length == 0);

    // How many entries there are of each state.
    private async Task<string> DescribeAsync()
    {
        var states = new List<string>();
        foreach (var master in Masters)
        {
            await foreach (var key in master.KeysAsync(pattern: $"{Root}*:conversion:*", pageSize: 1000))
            {
                var entry = await Database.HashGetAsync(key, ["state", "error", "maybe"]);
                states.Add($"{entry[0]} error={entry[1]} maybe={entry[2]}");
            }
        }

        return string.Join("; ", states.GroupBy(state => state, StringComparer.Ordinal).Select(group => $"{group.Count()} × {group.Key}"));
    }

    private static IEnumerable<RedisKey> Indexes(string name)
        => Enumerable.Range(0, Partitions).Select(number => (RedisKey)$"{Root}{{p{number:00}}}:{name}");
}

using ProxyShim.Redis.Sockets;
using ProxyShim.Settings;
using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <param name="Connection">The parsed connection string; it may hold a password and is never printed.</param>
/// <param name="KeyPrefix">What every ledger key starts with.</param>
/// <param name="Timeout">The budget of one request for all its Redis work before the answer.</param>
/// <param name="WaitReplicas">Replicas that must have a claim before it is acknowledged as queued.</param>
internal sealed record RedisSettings(ConfigurationOptions Connection, string KeyPrefix, TimeSpan Timeout, int WaitReplicas)
{
    public static RedisSettings Read(SettingsReader reader) => new(
        ReadConnection(reader),
        reader.Text(
            "Redis:KeyPrefix", "proxyshim:", "What the name of each of the shim's own keys begins with. A ledger stays where it is: under another prefix every customer is a new one.",
            "shop:proxyshim:"),
        reader.Duration(
            "Redis:Timeout", TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1),
            "How long one request waits for Redis before it is answered otherwise; for all of its Redis work together."),
        reader.Number(
            "Redis:WaitReplicas", 0, 0, 10, "replicas",
            "How many replicas must have a claim before it is acknowledged as queued. Behind Sentinel: 1, so that nobody is told \"queued\" by a server that is then replaced."));

    private static ConfigurationOptions ReadConnection(SettingsReader reader)
    {
        const string key = "Redis:ConnectionString";
        var text = reader.Secret(
            key,
            "Required. Where clicks and ledger are, in StackExchange.Redis's form or as a URL (`redis://`, `rediss://` with TLS, `tcp://`; user and password percent-encoded). "
            + "Standalone, Cluster (several servers), Sentinel (`sentinel1:26379,sentinel2:26379,serviceName=mymaster`), TLS (`ssl=true`), ACL user (`user=…,password=…`).",
            "rediss://shop:s3cret@redis.internal:6380/0");
        if (text is null)
        {
            reader.Problem(key, "is missing", "write the server's address, such as localhost:6379");
            return new ConfigurationOptions();
        }

        if (!RedisAddress.TryParse(text.Reveal(), out var options, out var wrong, out var write))
        {
            reader.Problem(key, wrong, write);
            return new ConfigurationOptions();
        }

        // The shim starts, and answers, without Redis; the multiplexer reconnects on its own
        // (https://github.com/StackExchange/StackExchange.Redis/blob/main/docs/Configuration.md).
        options.AbortOnConnectFail = false;

        // Only for CONFIG GET at start, which the library refuses without it: does this Redis keep what is written to it?
        options.AllowAdmin = true;

        // By the default a command waits for a connection (https://github.com/StackExchange/StackExchange.Redis/blob/main/docs/Configuration.md,
        // BacklogPolicy): its request would have been answered in another way by then.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.Tunnel ??= new RedisTunnel(TimeSpan.FromMilliseconds(options.ConnectTimeout), TimeProvider.System);
        return options;
    }
}

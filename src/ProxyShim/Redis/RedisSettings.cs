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
        reader.Text("Redis:KeyPrefix", "proxyshim:"),
        reader.Duration("Redis:Timeout", TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
        reader.Number("Redis:WaitReplicas", 0, 0, 10));

    private static ConfigurationOptions ReadConnection(SettingsReader reader)
    {
        const string key = "Redis:ConnectionString";
        const string write = "write the server's address, such as localhost:6379";
        if (reader.Secret(key) is not { } text)
        {
            reader.Problem(key, "is missing", write);
            return new ConfigurationOptions();
        }

        try
        {
            var options = ConfigurationOptions.Parse(text.Reveal());
            if (options.EndPoints.Count == 0)
            {
                reader.Problem(key, "names no server", write);
            }

            // The shim starts, and answers, without Redis; the multiplexer reconnects on its own.
            options.AbortOnConnectFail = false;

            // For CONFIG GET at start, and nothing else: will this Redis keep what it is given?
            options.AllowAdmin = true;

            // A command that waits for a connection is one whose request has long been answered otherwise.
            options.BacklogPolicy = BacklogPolicy.FailFast;
            options.Tunnel ??= new RedisTunnel(TimeSpan.FromMilliseconds(options.ConnectTimeout));
            return options;
        }
        catch (ArgumentException)
        {
            // The message would quote the connection string, and with it the password.
            reader.Problem(key, "is not a StackExchange.Redis connection string", write);
            return new ConfigurationOptions();
        }
    }
}

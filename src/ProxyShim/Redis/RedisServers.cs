using System.Net;
using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>What may be told of the servers.</summary>
internal static class RedisServers
{
    /// <summary>As they are named by the settings, joined by a space; without credentials.</summary>
    public static string NamesOf(RedisSettings settings) => string.Join(' ', settings.Connection.EndPoints.Select(NameOf));

    /// <summary>The version of one that is connected; null when none is. Nothing is asked: the connection knows it.</summary>
    public static async Task<Version?> VersionAsync(RedisGate redis)
    {
        var found = new Found();
        await redis.TryRunAsync(
            static (database, found) =>
            {
                found.Version = database.Multiplexer.GetServers().FirstOrDefault(server => server.IsConnected)?.Version;
                return ValueTask.FromResult(true);
            },
            found);
        return found.Version;
    }

    private static string NameOf(EndPoint server) => server is DnsEndPoint named ? $"{named.Host}:{named.Port}" : server.ToString()!;

    private sealed class Found
    {
        public Version? Version { get; set; }
    }
}

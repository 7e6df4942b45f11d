using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using StackExchange.Redis;

namespace ProxyShim.Redis;

/// <summary>
/// Where Redis is, in either of the forms that people are handed: StackExchange.Redis's (<c>host:6379,ssl=true,password=…</c>) or a URL
/// (<c>rediss://user:password@host:6379/0</c>), as IANA's registrations of <c>redis</c> and <c>rediss</c> (https://www.iana.org/assignments/uri-schemes) and
/// Docker's links (<c>tcp://</c>, https://docs.docker.com/engine/network/links/) have it.
/// </summary>
internal static class RedisAddress
{
    private const int DefaultPort = 6379;
    private const string Other = "write host:6379,ssl=true,user=…,password=… or rediss://user:password@host:6379/0";

    // What is in no host name, and in what people write for one: "user:password@host", "host 6379", "host;6379".
    private static readonly SearchValues<char> s_noHost = SearchValues.Create("@/=;'\" []");

    private static readonly string[] s_passwords = ["password", "sentinelPassword"];

    // Whether it means TLS.
    private static readonly Dictionary<string, bool> s_schemes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["redis"] = false,
        ["rediss"] = true,
        ["tcp"] = false,
        ["valkey"] = false,
        ["valkeys"] = true,
    };

    /// <param name="text">Holds a password, perhaps; no message quotes it.</param>
    /// <param name="wrong">What is wrong with it.</param>
    /// <param name="write">What to write.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out ConfigurationOptions? options, out string wrong, out string write)
    {
        (options, wrong, write) = (null, "", Other);
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
        {
            (options, wrong) = OfOptions(text);
        }
        else if (text.StartsWith("redis-sentinel", StringComparison.OrdinalIgnoreCase))
        {
            (wrong, write) = ("is the address of Sentinels in a form of another library", "write sentinel1:26379,sentinel2:26379,serviceName=mymaster,password=…");
        }
        else if (s_schemes.TryGetValue(text[..scheme], out var tls))
        {
            (options, wrong) = OfUrl(text[(scheme + 3)..], tls);
        }
        else
        {
            wrong = "is a URL, but not one of Redis";
        }

        return options is not null;
    }

    private static (ConfigurationOptions?, string) OfOptions(string text)
    {
        if (HasServerBehindPassword(text))
        {
            return (null, "names a server behind a password (servers stand first; a password with a comma is written in a URL, the comma as %2C)");
        }

        try
        {
            var options = ConfigurationOptions.Parse(text);

            // What is no host name is taken for one.
            return options.EndPoints.Count == 0 ? (null, "names no server")
                : options.EndPoints.OfType<System.Net.DnsEndPoint>().Any(server => server.Host.AsSpan().ContainsAny(s_noHost) || server.Host.Contains(':', StringComparison.Ordinal)) ? (null, "names a server that cannot be one")
                : (options, "");
        }
        catch (ArgumentException)
        {
            // The message would quote the connection string, and with it the password.
            return (null, "is not a StackExchange.Redis connection string");
        }
    }

    // A comma ends a password for StackExchange.Redis, and the rest of it would be taken for a server: logs and health name servers.
    private static bool HasServerBehindPassword(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .SkipWhile(static piece => piece.Split('=') is not [var name, _, ..] || !s_passwords.Contains(name.TrimEnd(), StringComparer.OrdinalIgnoreCase))
        .Any(static piece => !piece.Contains('=', StringComparison.Ordinal));

    // By hand: a password may hold what is no part of a URL, several hosts may be named, and Uri's messages would quote both.
    private static (ConfigurationOptions?, string) OfUrl(string rest, bool tls)
    {
        var query = rest.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0 && query < rest.Length - 1)
        {
            return (null, "has a query, which is not read");
        }

        rest = query < 0 ? rest : rest[..query];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (authority, path) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..].TrimEnd('/'));
        var options = new ConfigurationOptions();
        if (tls)
        {
            options.Ssl = true;
        }

        if (path.Length > 0)
        {
            if (!int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out var database))
            {
                return (null, "has a path that is no number of a database (what is special in a password is percent-encoded: / as %2F, @ as %40)");
            }

            options.DefaultDatabase = database;
        }

        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            if (authority.IndexOf(':', 0, at) is not (>= 0 and var colon))
            {
                return (null, "has a user without a password (a password alone is written :password@host)");
            }

            options.User = colon == 0 ? null : Uri.UnescapeDataString(authority[..colon]);
            options.Password = Uri.UnescapeDataString(authority[(colon + 1)..at]);
        }

        foreach (var server in authority[(at + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!TryAdd(options, server))
            {
                return (null, "names a server that cannot be one");
            }
        }

        return options.EndPoints.Count > 0 ? (options, "") : (null, "names no server");
    }

    private static bool TryAdd(ConfigurationOptions options, string server)
    {
        // An address of IPv6 has colons of its own.
        var colon = server.LastIndexOf(':') is var last && last > server.LastIndexOf(']') ? last : -1;
        var port = DefaultPort;
        if (colon >= 0 && (!int.TryParse(server.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > ushort.MaxValue))
        {
            return false;
        }

        var host = (colon < 0 ? server : server[..colon]).Trim('[', ']');
        if (host.Length == 0 || host.AsSpan().ContainsAny(s_noHost))
        {
            return false;
        }

        options.EndPoints.Add(host, port);
        return true;
    }
}

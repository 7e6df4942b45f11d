using System.Globalization;

namespace ProxyShim.Benchmarks.Servers;

/// <summary>Where a contender finds everything: ports on loopback, and a directory for what it writes.</summary>
internal sealed record Site(int Port, int ManagementPort, int RedisPort, int CustomerPort, int ConversionPort, string Directory)
{
    public Uri Address { get; } = new($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Where the contender's log goes: one line a request.</summary>
    public string Log => Path.Combine(Directory, "requests.log");

    public static string Local(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
}

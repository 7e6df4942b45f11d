using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Contenders;

/// <summary>A proxy to be measured.</summary>
/// <param name="Name">As in the report.</param>
/// <param name="Prepare">Writes what it needs into the site's directory and says how to start it.</param>
internal sealed record Contender(string Name, Func<Site, Launch> Prepare)
{
    /// <summary>The shim itself: its peak sets the rate of the open loop, and its footprint has bounds.</summary>
    public bool IsShim { get; init; }

    /// <summary>It writes a RequestHandled line for every request.</summary>
    public bool Logs { get; init; } = true;

    /// <summary>The file whose size the report gives.</summary>
    public string? Binary { get; init; }
}

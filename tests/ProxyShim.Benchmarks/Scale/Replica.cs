using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Scale;

/// <summary>A running shim and where it listens.</summary>
internal sealed record Replica(RunningContender Process, Site Site);

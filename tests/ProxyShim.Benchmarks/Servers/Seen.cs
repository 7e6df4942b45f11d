namespace ProxyShim.Benchmarks.Servers;

/// <summary>What an upstream counts.</summary>
internal sealed record Seen(long Requests, long Connections);

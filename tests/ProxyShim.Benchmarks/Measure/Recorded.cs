namespace ProxyShim.Benchmarks.Measure;

/// <summary>A request as an API received it.</summary>
internal sealed record Recorded(string Target, string Authorization, string Body);

namespace ProxyShim.Testing;

/// <summary>A running Redis.</summary>
/// <param name="ConnectionString">For StackExchange.Redis.</param>
/// <param name="Owner">Stops it; null when it is not ours to stop.</param>
internal sealed record RedisAtHand(string ConnectionString, IAsyncDisposable? Owner);

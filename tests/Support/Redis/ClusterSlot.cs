namespace ProxyShim.Testing;

/// <summary>A slot of a <see cref="RedisCluster"/> that is to move.</summary>
/// <param name="Number">0 to 16383.</param>
/// <param name="Source">The master that has it.</param>
/// <param name="Target">The one that shall have it.</param>
public sealed record ClusterSlot(string Number, RedisServer Source, RedisServer Target);

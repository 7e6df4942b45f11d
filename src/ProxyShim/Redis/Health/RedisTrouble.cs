namespace ProxyShim.Redis.Health;

/// <summary>Why Redis does not do what it is asked.</summary>
/// <param name="Reason">One of the reasons of <c>HealthComponent.Redis</c>.</param>
/// <param name="Word">Redis's own word, and the command where it is known: <c>OOM</c>, <c>NOPERM zadd</c>. Null where Redis said nothing.</param>
internal sealed record RedisTrouble(string Reason, string? Word = null)
{
    /// <summary>What can be told of it besides the reason, such as <c>NOPERM zadd at redis:6379</c>.</summary>
    public string At(string endpoint) => Word is null ? endpoint : $"{Word} at {endpoint}";
}

namespace ProxyShim.Redis.Health;

/// <summary>Redis's user may not use a command, and it is known which: Redis does not name it where a script uses it.</summary>
internal sealed class RedisRefusedException(string command, Exception inner) : Exception($"Redis refuses the command {command}.", inner)
{
    /// <summary>In lower case, as Redis names it elsewhere.</summary>
    public string Command { get; } = command;
}

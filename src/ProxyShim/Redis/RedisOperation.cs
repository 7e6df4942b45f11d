namespace ProxyShim.Redis;

/// <summary>What a request or a job wants of Redis: the name of its span.</summary>
internal sealed class RedisOperation
{
    /// <summary>What is known of a customer: click, ledger entry, stored request.</summary>
    public static readonly RedisOperation LookUp = new("look_up");

    /// <summary>Makes a conversion this request's own, and durable.</summary>
    public static readonly RedisOperation Claim = new("claim");

    /// <summary>Writes down how it ended.</summary>
    public static readonly RedisOperation Settle = new("settle");

    /// <summary>Makes a dead letter due again.</summary>
    public static readonly RedisOperation Revive = new("revive");

    /// <summary>Forgets a customer who was deleted.</summary>
    public static readonly RedisOperation Erase = new("erase");

    /// <summary>Keeps a call for later.</summary>
    public static readonly RedisOperation Keep = new("keep");

    /// <summary>Takes what is due.</summary>
    public static readonly RedisOperation Take = new("take");

    /// <summary>Writes a click, or takes one away.</summary>
    public static readonly RedisOperation Click = new("click");

    private RedisOperation(string name) => Name = name;

    public string Name { get; }
}

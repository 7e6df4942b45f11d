namespace ProxyShim.Redis;

/// <summary>What a request or a job wants of Redis: the name of its span, and whether a caller waits for it.</summary>
internal sealed class RedisOperation
{
    /// <summary>What is known of a customer: click, ledger entry, stored request.</summary>
    public static readonly RedisOperation LookUp = new("look_up");

    /// <summary>The same for a call that has its answer.</summary>
    public static readonly RedisOperation LookUpAfterAnswer = new(LookUp.Name, isAwaited: false);

    /// <summary>Makes a conversion this request's own, and durable.</summary>
    public static readonly RedisOperation Claim = new("claim");

    /// <summary>Writes down how it ended.</summary>
    public static readonly RedisOperation Settle = new("settle");

    /// <summary>The same while the caller gets its answer.</summary>
    public static readonly RedisOperation SettleBesideAnswer = new(Settle.Name, isAwaited: false);

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

    private RedisOperation(string name, bool isAwaited = true) => (Name, IsAwaited) = (name, isAwaited);

    public string Name { get; }

    /// <summary>Whether a caller, or a job, waits for the reply; else the commands may leave with the next ones.</summary>
    public bool IsAwaited { get; }
}

namespace ProxyShim.EndToEnd.Faults;

/// <summary>A row of the table: what fails, how, and what may come of it.</summary>
internal sealed record FaultRow
{
    /// <summary>What fails: <c>Conversion API</c>, <c>Redis</c>, <c>Redis Cluster</c>, <c>shim</c>; <c>hold</c>, where a click is late.</summary>
    public required string Part { get; init; }

    /// <summary>How.</summary>
    public required string Fault { get; init; }

    /// <summary>Whether there is a key pair to read back with.</summary>
    public required bool KeyPair { get; init; }

    /// <summary>When the customers' clicks come.</summary>
    public ClickTime Click { get; init; }

    /// <summary>Settings that differ from the scenario's.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>What its Redis is made of.</summary>
    public RedisTopology Redis { get; init; }

    /// <summary>Lines of redis.conf.</summary>
    public IReadOnlyList<string> RedisSettings { get; init; } = [];

    /// <summary>How many shims share the Redis.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>How often the fault comes and goes.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>The fault strikes in the midst of a round's calls, at a random one; otherwise before the first.</summary>
    public bool UnderLoad { get; init; }

    /// <summary>How long the Conversion API takes, so that a fault finds conversions in flight.</summary>
    public TimeSpan Pace { get; init; }

    /// <summary>How many calls have to end, well or not, before the fault is lifted; all of a round's when it has fewer.</summary>
    public int Lasting { get; init; } = 30;

    /// <summary>Once, before anything.</summary>
    public Func<Scenario, CancellationToken, Task> PrepareAsync { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>The fault comes.</summary>
    public required Func<Scenario, CancellationToken, Task> ApplyAsync { get; init; }

    /// <summary>The fault goes.</summary>
    public Func<Scenario, CancellationToken, Task> LiftAsync { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>
    /// A shim dies that may have sent, or a master gives way that was told so, and nothing can be read back: the customers may be sent again although
    /// PartnerStack's 200 had arrived, for it was not written down, or not where it lasts.
    /// </summary>
    public bool HolderDies { get; init; }

    /// <summary>What a reader should know.</summary>
    public string Note { get; init; } = "";

    /// <summary>Unique in the table.</summary>
    public string Name => $"{Part}: {Fault}, {(KeyPair ? "key pair" : "no key pair")}";

    /// <summary>A fault of Redis, under load and without a key pair: a row's own words are said <c>with</c> it.</summary>
    public static FaultRow OfRedis(
        string part, string fault, TimeSpan pace, Func<Scenario, CancellationToken, Task> applyAsync, Func<Scenario, CancellationToken, Task> liftAsync) => new()
        {
            Part = part,
            Fault = fault,
            KeyPair = false,
            Rounds = 2,
            UnderLoad = true,
            Pace = pace,
            ApplyAsync = applyAsync,
            LiftAsync = liftAsync,
        };
}

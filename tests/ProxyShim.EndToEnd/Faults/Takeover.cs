namespace ProxyShim.EndToEnd.Faults;

/// <summary>One way in which a replica comes to be the master, and what it may not have by then.</summary>
internal sealed record Takeover
{
    // Redis answers its callers and writes to its replicas in the same turn of its event loop, which answers each caller once.
    private const int OneTurn = FailoverLossRun.Concurrency;

    /// <summary>As the report has it.</summary>
    public required string Name { get; init; }

    /// <summary>Lines of redis.conf.</summary>
    public IReadOnlyList<string> RedisSettings { get; init; } = [];

    /// <summary>Begins what keeps the replica from having all that the master has.</summary>
    public Func<Scenario, CancellationToken, Task> FallBehindAsync { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>Replaces the master; ends when nobody takes the former one for it any more.</summary>
    public required Func<Scenario, CancellationToken, Task> ReplaceAsync { get; init; }

    /// <summary>Whether the replica lacks all that was acknowledged since <see cref="FallBehindAsync"/>: there something must get lost, else it did not.</summary>
    public bool Lags { get; init; }

    /// <summary>Most customers that it may cost; null = all who are at risk.</summary>
    public int? Most { get; init; }

    /// <summary>Those that are measured.</summary>
    public static IReadOnlyList<Takeover> All { get; } =
    [
        new()
        {
            Name = "the master killed, its replica in step",
            ReplaceAsync = KillAsync,
            Most = OneTurn,
        },
        new()
        {
            Name = "the master killed, its replica cut off from it before",
            FallBehindAsync = static (scenario, cancellation) => scenario.Sentinel.CutReplicasOffAsync(cancellation),
            ReplaceAsync = KillAsync,
            Lags = true,
        },
        new()
        {
            Name = "`SENTINEL FAILOVER`, the master lives",
            ReplaceAsync = CommandAsync,
        },
        new()
        {
            Name = "`SENTINEL FAILOVER`, the master lives, `min-replicas-to-write 1`",
            RedisSettings = ["min-replicas-to-write 1"],
            ReplaceAsync = CommandAsync,
        },
    ];

    private static async Task CommandAsync(Scenario scenario, CancellationToken cancellation)
    {
        await scenario.Sentinel.FailOverAsync(cancellation);

        // From then on it is a replica, and refuses what it is told.
        await scenario.Sentinel.WaitUntilHealthyAsync(cancellation);
    }

    private static async Task KillAsync(Scenario scenario, CancellationToken cancellation)
    {
        var old = await scenario.Sentinel.KillMasterAsync(cancellation);
        scenario.Restarting = old.RestartAsync(cancellation);
    }
}

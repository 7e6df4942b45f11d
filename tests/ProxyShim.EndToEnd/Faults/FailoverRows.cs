using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>The rows of <see cref="FaultTable"/> in which one Redis server takes over from another.</summary>
internal static class FailoverRows
{
    // Conversions have to be in flight when a master dies.
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(100);

    private static readonly bool[] s_both = [true, false];

    private static readonly string[] s_whenRedisIsDown = ["Unavailable", "Fallback"];

    /// <summary>The rows, in the order of the table.</summary>
    public static IReadOnlyList<FaultRow> All { get; } =
    [
        .. from row in Faults()
           from down in s_whenRedisIsDown
           from keyPair in s_both
           select row with
           {
               Fault = $"{row.Fault}, OnRedisDown={down}",
               KeyPair = keyPair,
               Note = keyPair ? "" : row.Note,
               Settings = new Dictionary<string, string> { ["Conversions:OnRedisDown"] = down, ["Redis:WaitReplicas"] = "1" },
           },
    ];

    private static IEnumerable<FaultRow> Faults() =>
    [
        Failing(RedisTopology.Cluster, "a master killed, its replica takes over", static async (scenario, cancellation) =>
        {
            var old = await scenario.Cluster.KillMasterAsync(cancellation);
            scenario.Restarting = old.RestartAsync(cancellation);
        }, static async (scenario, cancellation) =>
        {
            await scenario.Restarting;
            await scenario.Cluster.WaitUntilHealthyAsync(cancellation);
        }),
        Failing(RedisTopology.Cluster, "every slot of the ledger moves to another master", MoveSlotsAsync, static (_, _) => Task.CompletedTask),
        Failing(RedisTopology.Sentinel, "the master killed, its replica takes over", static async (scenario, cancellation) =>
        {
            var old = await scenario.Sentinel.KillMasterAsync(cancellation);
            scenario.Restarting = old.RestartAsync(cancellation);
        }, AwaitSentinelAsync),
        Failing(RedisTopology.Sentinel, "the master paused (SIGSTOP) and replaced, and then awake again", static async (scenario, cancellation) =>
        {
            var old = await scenario.Sentinel.PauseMasterAsync(cancellation);
            scenario.Lifting = old.Resume;
        }, static async (scenario, cancellation) =>
        {
            scenario.Lifting();
            await scenario.Sentinel.WaitUntilHealthyAsync(cancellation);
        }),
        Failing(RedisTopology.Sentinel, "SENTINEL FAILOVER, min-replicas-to-write 1",
            static (scenario, cancellation) => scenario.Sentinel.FailOverAsync(cancellation), AwaitSentinelAsync) with
        {
            // A master that is replaced while it lives takes writes until it is told; without its replica it refuses them.
            RedisSettings = ["min-replicas-to-write 1"],

            // But not those that it is about to answer when the replica leaves: a turn of its event loop lasts as long as the disk takes.
            HolderDies = true,
            Note = "the former master had just answered that they were sent, and its replica never heard of it: PartnerStack counts one for each customer_key",
        },
    ];

    private static FaultRow Failing(
        RedisTopology topology, string name, Func<Scenario, CancellationToken, Task> applyAsync, Func<Scenario, CancellationToken, Task> liftAsync) =>
        FaultRow.OfRedis($"Redis {topology}", name, s_pace, applyAsync, liftAsync) with { Redis = topology };

    private static async Task AwaitSentinelAsync(Scenario scenario, CancellationToken cancellation)
    {
        await scenario.Restarting;
        await scenario.Sentinel.WaitUntilHealthyAsync(cancellation);
    }

    private static async Task MoveSlotsAsync(Scenario scenario, CancellationToken cancellation)
    {
        foreach (var due in LedgerView.DueKeys)
        {
            var slot = await scenario.Cluster.FindSlotAsync(due, cancellation);
            await RedisCluster.BeginToMoveAsync(slot, cancellation);
            await scenario.Cluster.FinishMovingAsync(slot, cancellation);
        }
    }
}

using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>Plays one failover under load and counts what it has cost.</summary>
internal static class FailoverLossRun
{
    /// <summary>Calls that are open at the same time.</summary>
    public const int Concurrency = 10;

    // More than can be created until a replica has taken over.
    private const int Customers = 4000;

    private const int CallsBefore = 20;

    // At least so many end between the beginning of the lag and the end of the master, and at most so many more: whoever strikes always at the same one
    // always meets the same moment of a call.
    private const int CallsAtRisk = 30;
    private const int MostMoreCalls = 10;

    private static readonly Fault s_answersSoon = Fault.Delay(TimeSpan.FromMilliseconds(50));

    /// <exception cref="TimeoutException">Something got stuck.</exception>
    public static async Task<FailoverLoss> PlayAsync(FailoverLossCase @case, Random random, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string> { ["Redis:WaitReplicas"] = $"{@case.WaitReplicas}", ["ConversionApi:TotalTimeout"] = "00:00:02" };
        await using var scene = await Scene.StartAsync(
            replicas: 1, keyPair: true, settings, @case.Takeover.RedisSettings, cancellation, RedisTopology.Sentinel);
        var customers = Enumerable.Range(0, Customers).Select(LegacyApp.Customer).ToArray();
        await using (var clicks = await scene.OpenLedgerAsync(cancellation))
        {
            await clicks.WriteClicksAsync(customers);
        }

        scene.PartnerStack.ConversionApi.SetFault(@case.Converts ? s_answersSoon : Fault.Status(503));
        var over = new TaskCompletionSource();
        var load = scene.App.CreateAsync(customers.TakeWhile(_ => !over.Task.IsCompleted), Concurrency, cancellation);
        await scene.App.AfterAsync(CallsBefore);

        var before = Acknowledged(scene);
        await @case.Takeover.FallBehindAsync(scene, cancellation);
        await scene.App.AfterAsync(CallsAtRisk + random.Next(MostMoreCalls));
        await @case.Takeover.ReplaceAsync(scene, cancellation);
        var atRisk = Acknowledged(scene).Except(before, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);

        over.SetResult();
        await scene.Restarting;
        await scene.Sentinel.WaitUntilHealthyAsync(cancellation);
        await load;
        var acknowledged = Acknowledged(scene);
        if (@case.Converts)
        {
            // While the shim still takes Redis for down it leaves everything to the Customer API, and nobody would be sent twice.
            await scene.App.AwaitConversionsAsync(customers.Except(acknowledged, StringComparer.Ordinal).Reverse(), cancellation);
            await scene.App.CreateAsync(acknowledged, Concurrency, cancellation);
        }

        scene.PartnerStack.ConversionApi.ClearFaults();
        await using var ledger = await scene.OpenLedgerAsync(cancellation);
        await ledger.DrainAsync(cancellation);
        var dead = await ledger.DeadAsync();
        return new FailoverLoss(
            acknowledged,
            atRisk,
            Lost: [.. acknowledged.Where(customer => scene.PartnerStack.FindCustomer(customer) is null && !dead.Contains(LedgerView.IdOf(customer)))],
            Twice: [.. acknowledged.Where(customer => scene.PartnerStack.ConversionsFor(customer) > 1)]);
    }

    private static HashSet<string> Acknowledged(Scene scene)
        => [.. scene.App.Replies.Where(reply => reply.Value == AppReply.Acknowledged).Select(reply => reply.Key)];
}

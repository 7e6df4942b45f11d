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
        var settings = new Dictionary<string, string>
        {
            ["Redis:WaitReplicas"] = $"{@case.WaitReplicas}",
            ["ConversionApi:AttemptTimeout"] = "00:00:02",
            ["ConversionApi:TotalTimeout"] = "00:00:02",
        };
        await using var scenario = await Scenario.StartAsync(
            replicas: 1, keyPair: true, settings, @case.Takeover.RedisSettings, cancellation, RedisTopology.Sentinel);
        var customers = Enumerable.Range(0, Customers).Select(LegacyApp.Customer).ToArray();
        await using (var clicks = await scenario.OpenLedgerAsync(cancellation))
        {
            await clicks.WriteClicksAsync(customers);
        }

        scenario.PartnerStack.ConversionApi.SetFault(@case.Converts ? s_answersSoon : Fault.Status(503));
        var over = new TaskCompletionSource();
        var load = scenario.App.CreateAsync(customers.TakeWhile(_ => !over.Task.IsCompleted), Concurrency, cancellation);
        await scenario.App.AfterAsync(CallsBefore);

        var before = Acknowledged(scenario);
        await @case.Takeover.FallBehindAsync(scenario, cancellation);
        await scenario.App.AfterAsync(CallsAtRisk + random.Next(MostMoreCalls));
        await @case.Takeover.ReplaceAsync(scenario, cancellation);
        var atRisk = Acknowledged(scenario).Except(before, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);

        over.SetResult();
        await scenario.Restarting;
        await scenario.Sentinel.WaitUntilHealthyAsync(cancellation);
        await load;
        var acknowledged = Acknowledged(scenario);
        if (@case.Converts)
        {
            // While the shim still takes Redis for down it leaves everything to the Customer API, and nobody would be sent twice.
            await scenario.App.AwaitConversionsAsync(customers.Except(acknowledged, StringComparer.Ordinal).Reverse(), cancellation);
            await scenario.App.CreateAsync(acknowledged, Concurrency, cancellation);
        }

        scenario.PartnerStack.ConversionApi.ClearFaults();
        await using var ledger = await scenario.OpenLedgerAsync(cancellation);
        await ledger.DrainAsync(cancellation);
        var dead = await ledger.DeadAsync();
        return new FailoverLoss(
            acknowledged,
            atRisk,
            Lost: [.. acknowledged.Where(customer => scenario.PartnerStack.FindCustomer(customer) is null && !dead.Contains(LedgerView.IdOf(customer)))],
            Twice: [.. acknowledged.Where(customer => scenario.PartnerStack.ConversionsFor(customer) > 1)]);
    }

    private static HashSet<string> Acknowledged(Scenario scenario)
        => [.. scenario.App.Replies.Where(reply => reply.Value == AppReply.Acknowledged).Select(reply => reply.Key)];
}

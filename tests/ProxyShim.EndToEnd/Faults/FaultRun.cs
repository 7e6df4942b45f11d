using System.Text.Json;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>Plays one row of the table and counts.</summary>
internal static class FaultRun
{
    private const int Healthy = 10;
    private const int PerRound = 40;

    // While a fault takes its time to come, as a failover does, the load goes on.
    private const int MostMore = 400;
    private const int Repeats = 10;

    // With a client's pause between them, more than half a minute.
    private const int MostProbes = 400;
    private const int Concurrency = 10;

    // Of a round's first calls, the one after which a fault that comes under load strikes.
    private const int LatestStrike = 16;

    // Every fifth customer is created once more as soon as it is acknowledged, fault or no fault.
    private const int RepeatEvery = 5;

    /// <param name="row">What to play.</param>
    /// <param name="random">Draws the moments at which faults strike.</param>
    /// <exception cref="TimeoutException">Something got stuck.</exception>
    public static async Task<FaultResult> PlayAsync(FaultRow row, Random random, CancellationToken cancellation)
    {
        await using var scenario = await Scenario.StartAsync(row.Replicas, row.KeyPair, row.Settings, row.RedisSettings, cancellation, row.Redis);
        var customers = new Queue<string>(Enumerable.Range(0, (2 * Healthy) + (row.Rounds * (PerRound + MostMore + MostProbes)))
            .Select(LegacyApp.Customer));
        if (row.Click is ClickTime.BeforeTheCall)
        {
            await using var clicks = await scenario.OpenLedgerAsync(cancellation);
            await clicks.WriteClicksAsync(customers);
        }

        await using var page = row.Click is ClickTime.AfterTheCall ? await scenario.OpenLedgerAsync(cancellation) : null;
        var late = page is null ? null : new LateClicks(page, cancellation);
        scenario.App.Acknowledged = late is null ? null : late.Begin;

        await row.PrepareAsync(scenario, cancellation);
        if (row.Pace > TimeSpan.Zero)
        {
            scenario.PartnerStack.ConversionApi.SetFault(Fault.Delay(row.Pace));
        }

        await scenario.App.CreateAsync(Next(Healthy), Concurrency, cancellation);
        for (var round = 0; round < row.Rounds; round++)
        {
            await PlayRoundAsync(row, scenario, Next(PerRound), Next(MostMore), random, cancellation);
            await scenario.App.AwaitConversionsAsync(Next(MostProbes), cancellation);
        }

        await scenario.App.CreateAsync(Next(Healthy), Concurrency, cancellation);

        // A connection of its own, made when all is well again.
        await using var ledger = await scenario.OpenLedgerAsync(cancellation);
        await SettleAsync();

        // A repeat long after.
        var acknowledged = scenario.App.Replies.Where(reply => reply.Value == AppReply.Acknowledged).Select(reply => reply.Key).ToArray();
        await scenario.App.CreateAsync(random.GetItems(acknowledged, Repeats), Concurrency, cancellation);
        await SettleAsync();
        return Count(row, scenario.App.Replies, scenario.PartnerStack, await ledger.DeadAsync(), await ledger.BodiesAsync());

        async Task SettleAsync()
        {
            await (late?.AllAsync() ?? Task.CompletedTask);
            await ledger.DrainAsync(cancellation);
        }

        string[] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => customers.Dequeue())];
    }

    private static async Task PlayRoundAsync(
        FaultRow row, Scenario scenario, string[] customers, string[] more, Random random, CancellationToken cancellation)
    {
        var load = Task.CompletedTask;
        var applied = new TaskCompletionSource();
        if (row.UnderLoad)
        {
            var strike = StrikeAsync(scenario, random, cancellation);
            load = LoadAsync(scenario, customers.Concat(more.TakeWhile(_ => !applied.Task.IsCompleted)), cancellation);
            await strike;
        }

        await row.ApplyAsync(scenario, cancellation);
        applied.SetResult();
        var lasting = scenario.App.AfterAsync(row.Lasting);
        if (!row.UnderLoad)
        {
            load = LoadAsync(scenario, customers, cancellation);
        }

        await Task.WhenAny(load, lasting);
        await row.LiftAsync(scenario, cancellation);
        await load;
    }

    // When calls end others begin, so that finds callers at the ledger; when calls arrive at PartnerStack, that finds conversions in flight.
    private static Task StrikeAsync(Scenario scenario, Random random, CancellationToken cancellation)
    {
        var calls = random.Next(LatestStrike);
        var before = scenario.PartnerStack.Calls.Count;
        return random.Next(2) == 0
            ? scenario.App.AfterAsync(calls)
            : scenario.PartnerStack.WaitUntilAsync(partnerStack => partnerStack.Calls.Count > before + calls, Eventually.DefaultLimit, cancellation);
    }

    private static Task LoadAsync(Scenario scenario, IEnumerable<string> customers, CancellationToken cancellation)
        => Parallel.ForEachAsync(
            customers.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation },
            async (customer, token) =>
            {
                if (await scenario.App.CreateAsync(customer.Item, token) == AppReply.Acknowledged && customer.Index % RepeatEvery == 0)
                {
                    await scenario.App.CreateAsync(customer.Item, token);
                }
            });

    private static FaultResult Count(
        FaultRow row, IReadOnlyDictionary<string, AppReply> replies, SimulatedPartnerStack partnerStack, IReadOnlySet<string> dead, IReadOnlySet<string> bodies)
    {
        var customers = replies.Keys.ToArray();
        var origins = customers.ToDictionary(customer => customer, customer => partnerStack.FindCustomer(customer)?.Origin, StringComparer.Ordinal);
        var arrived = partnerStack.Conversions.ToLookup(conversion => conversion.CustomerKey, StringComparer.Ordinal);
        var handedOver = partnerStack.Calls.Where(HandOver.Is)
            .ToLookup(call => JsonElement.Parse(call.BodyText).GetProperty("customer_key").GetString()!, StringComparer.Ordinal);
        var acknowledged = customers.Where(customer => replies[customer] == AppReply.Acknowledged).ToArray();
        return new FaultResult(
            row,
            Customers: customers.Length,
            Acknowledged: acknowledged.Length,
            Converted: origins.Values.Count(origin => origin == CustomerOrigin.Conversion),
            FellBack: origins.Values.Count(origin => origin == CustomerOrigin.CustomerApi),
            Arrived: customers.Sum(partnerStack.ArrivalsFor),
            Twice: customers.Count(customer =>
                partnerStack.ConversionsFor(customer) > 1 || handedOver[customer].SkipLast(1).Any(HandOver.Landed) || (handedOver[customer].Any() && arrived[customer].Any(WasAccepted))),
            Unexplained: customers.Count(customer => arrived[customer].Where(WasAccepted).SkipLast(1).Any(WasAnswered)),
            Changed: handedOver.Sum(customer => customer.Count(call => call.BodyText != LegacyApp.BodyOf(customer.Key))),
            Dead: dead.Count,
            Phantoms: customers.Count(customer => origins[customer] is null && arrived[customer].Any(IsPhantom)),
            Lost: acknowledged.Count(customer => origins[customer] is null && !dead.Contains(LedgerView.IdOf(customer))),
            Leftovers: bodies.Except(dead, StringComparer.Ordinal).Count());
    }

    private static bool WasAccepted(RecordedConversion conversion) => conversion.Effect is not ConversionEffect.None;

    private static bool IsPhantom(RecordedConversion conversion) => conversion.Fault is { Kind: FaultKind.Phantom };

    private static bool WasAnswered(RecordedConversion conversion) => conversion.Call is { Completed: true, Status: 200 };
}

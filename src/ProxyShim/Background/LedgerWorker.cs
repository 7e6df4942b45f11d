using ProxyShim.Background.Delivery;
using ProxyShim.Background.Holding;
using ProxyShim.Background.Playing;
using ProxyShim.Background.Verification;
using ProxyShim.Ledger;
using ProxyShim.Redis;

namespace ProxyShim.Background;

/// <summary>The background work: looks at the ledger, and has done what is due. Any number of replicas share it; a lease decides who does what.</summary>
internal sealed class LedgerWorker(
    LedgerSurvey scan, DeliveryRunner delivery, VerificationRunner verification, KeptCallRunner calls, HeldRunner held, LedgerSnapshot gauges, TimeProvider time)
    : BackgroundService, IHostedLifecycleService
{
    // A look costs Redis 16 small scripts. Once a second is soon enough for waits of 30 s and more.
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(1);

    private Task<int> _delivering = Task.FromResult(0);
    private Task<int> _verifying = Task.FromResult(0);
    private Task<int> _playing = Task.FromResult(0);
    private Task<int> _holding = Task.FromResult(0);

    private Task<int>[] Rounds => [_delivering, _verifying, _playing, _holding];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Nothing is taken any more from here on, although callers are still served. Only told: <see cref="BackgroundService.StopAsync"/> waits for what has been taken.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => StopAsync(new CancellationToken(canceled: true));

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The rest of the start does not wait for the first look.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            await RestAsync(looked: await LookAsync(stoppingToken), stoppingToken);
        }

        // What has been taken is brought to its end.
        await Task.WhenAll(Rounds);
    }

    // Sending, reading back and playing do not wait for each other: one of the two APIs may hang.
    private async Task<bool> LookAsync(CancellationToken stoppingToken)
    {
        try
        {
            var surveys = await scan.RunAsync();
            gauges.Depths = LedgerDepths.Of(surveys);
            if (_delivering.IsCompleted)
            {
                _delivering = delivery.RunAsync(Interleave(surveys, survey => survey.Due), stoppingToken);
            }

            if (_verifying.IsCompleted)
            {
                _verifying = verification.RunAsync(Interleave(surveys, survey => survey.Unverified), stoppingToken);
            }

            if (_playing.IsCompleted)
            {
                _playing = calls.RunAsync(Interleave(surveys, survey => survey.Playing), stoppingToken);
            }

            if (_holding.IsCompleted)
            {
                _holding = held.RunAsync(Interleave(surveys, survey => survey.Held), stoppingToken);
            }

            return true;
        }
        catch (Exception exception) when (exception is RedisUnavailableException or OperationCanceledException)
        {
            // The next look will tell.
            return false;
        }
    }

    // After a round that did something the next look follows at once: there may be more.
    private async Task RestAsync(bool looked, CancellationToken stoppingToken)
    {
        // Only after a look of its own: else the result of an old round would keep an idle loop busy for as long as Redis is away.
        if (looked && Rounds.Any(HasWorked))
        {
            return;
        }

        using var rested = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var idle = Task.Delay(s_idle, time, rested.Token);
        var running = new List<Task> { idle };
        running.AddRange(Rounds.Where(round => !round.IsCompleted));
        if (await Task.WhenAny(running) is not Task<int> round || !looked || !HasWorked(round))
        {
            await idle.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await rested.CancelAsync();
    }

    private static bool HasWorked(Task<int> round) => round.IsCompletedSuccessfully && round.Result > 0;

    // All partitions in turn, oldest first within each: replicas that look at the same moment do not all begin with the same one's backlog.
    private static ConversionId[] Interleave(PartitionSurvey[] surveys, Func<PartitionSurvey, IReadOnlyList<ConversionId>> list)
    {
        var ids = surveys.SelectMany(survey => list(survey).Select((id, position) => (id, position))).ToArray();
        Random.Shared.Shuffle(ids);
        return [.. ids.OrderBy(entry => entry.position).Select(entry => entry.id)];
    }
}

using ProxyShim.Ledger;
using ProxyShim.Redis;

namespace ProxyShim.Management.Admin;

/// <summary>What was given up: shown, replayed or discarded. Everything goes through the ledger, so nothing can be doubled.</summary>
internal sealed class DeadLetters(RedisGate redis, ConversionLedger ledger)
{
    // More than a person looks at in one list, few enough for one answer.
    private const int MostPerPartition = 64;

    /// <summary>The dead letters, longest dead first; at most 64 of each partition.</summary>
    /// <param name="limit">How many, at least 1.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer.</exception>
    public async Task<IReadOnlyList<LedgerDetails>> ListAsync(int limit)
    {
        var ids = (await IdsAsync(MostPerPartition)).Take(limit);
        var details = await redis.NewBudget().RunAsync(
            static (database, call) => Task.WhenAll(call.ids.Select(id => call.ledger.DescribeAsync(database, id))), (ledger, ids));
        return [.. details.OfType<LedgerDetails>().Where(entry => entry.State == ConversionState.Dead).OrderBy(entry => entry.DeadAt)];
    }

    /// <summary>Has it delivered after all.</summary>
    /// <exception cref="RedisUnavailableException">Redis did not answer; it may have been done.</exception>
    public async Task<ReviveOutcome> ReplayAsync(ConversionId id) => await redis.NewBudget().RunAsync(
        static (database, call) => call.ledger.ReviveAsync(database, call.id), (ledger, id));

    /// <summary>Replays every one that has its body, once: one that dies again meanwhile is not replayed again.</summary>
    /// <returns>How many were replayed.</returns>
    /// <exception cref="RedisUnavailableException">Redis did not answer; some may have been replayed.</exception>
    public async Task<int> ReplayAllAsync(CancellationToken cancellationToken)
    {
        var (seen, replayed) = (new HashSet<ConversionId>(), 0);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // What cannot be replayed stays, and stands before all that has not been seen yet.
            var letters = (await IdsAsync(MostPerPartition + seen.Count - replayed)).Where(seen.Add).ToArray();
            if (letters.Length == 0)
            {
                return replayed;
            }

            foreach (var id in letters)
            {
                replayed += await ReplayAsync(id) == ReviveOutcome.Revived ? 1 : 0;
            }
        }
    }

    /// <summary>Gives it up for good. False when it was no dead letter.</summary>
    /// <exception cref="RedisUnavailableException">Redis did not answer; it may have been done.</exception>
    public async Task<bool> DiscardAsync(ConversionId id) => await redis.NewBudget().RunAsync(
        static (database, call) => call.ledger.DiscardAsync(database, call.id), (ledger, id));

    // Longest dead first.
    private async Task<ConversionId[]> IdsAsync(int mostPerPartition)
    {
        var partitions = await redis.NewBudget().RunAsync(
            static (database, call) => Task.WhenAll(
                Enumerable.Range(0, ConversionId.Partitions).Select(partition => call.ledger.DeadAsync(database, partition, call.mostPerPartition))),
            (ledger, mostPerPartition));
        return [.. partitions.SelectMany(letters => letters).OrderBy(letter => letter.DeadAt).Select(letter => letter.Id)];
    }
}

using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Settlement;
using StackExchange.Redis;

namespace ProxyShim.Management.Admin;

/// <summary>What was given up: shown, replayed or discarded. Everything goes through the ledger, so nothing can be doubled.</summary>
internal sealed class DeadLetters(RedisGate redis, ConversionLedger ledger, ConversionEvents events)
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
    /// <param name="by">The name of the token with which a person said so.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer; it may have been done.</exception>
    public async Task<ReviveOutcome> ReplayAsync(ConversionId id, string by) => await redis.NewBudget().RunAsync(
        async (database, call) =>
        {
            var letter = await ReadAsync(database, call.id);
            var outcome = await ledger.ReviveAsync(database, call.id);
            if (outcome == ReviveOutcome.Revived)
            {
                events.Replayed(letter, call.by);
            }

            return outcome;
        },
        (id, by));

    /// <summary>Replays every one that has its body, once: one that dies again meanwhile is not replayed again.</summary>
    /// <param name="by">The name of the token with which a person said so.</param>
    /// <returns>How many were replayed.</returns>
    /// <exception cref="RedisUnavailableException">Redis did not answer; some may have been replayed.</exception>
    public async Task<int> ReplayAllAsync(string by, CancellationToken cancellationToken)
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
                replayed += await ReplayAsync(id, by) == ReviveOutcome.Revived ? 1 : 0;
            }
        }
    }

    /// <summary>Gives it up for good. False when it was no dead letter.</summary>
    /// <param name="by">The name of the token with which a person said so.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer; it may have been done.</exception>
    public async Task<bool> DiscardAsync(ConversionId id, string by) => await redis.NewBudget().RunAsync(
        async (database, call) =>
        {
            // Read before: of what is discarded nothing is left that could tell whose it was.
            var letter = await ReadAsync(database, call.id);
            var discarded = await ledger.DiscardAsync(database, call.id);
            if (discarded)
            {
                events.Discarded(letter, call.by);
            }

            return discarded;
        },
        (id, by));

    private async Task<DeadLetter> ReadAsync(IDatabase database, ConversionId id)
    {
        var reading = ledger.ReadBodyAsync(database, id);
        var details = await ledger.DescribeAsync(database, id);
        try
        {
            return new DeadLetter(details, await reading);
        }
        catch (FormatException)
        {
            // A newer version wrote it; whose it is cannot be told.
            return new DeadLetter(details, null);
        }
    }

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

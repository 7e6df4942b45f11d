using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Settlement;

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
        var ids = (await ledger.DeadAsync(redis.NewUntracedBudget(), MostPerPartition)).Take(limit);
        var details = await ledger.DescribeAsync(redis.NewUntracedBudget(), ids);
        return [.. details.OfType<LedgerDetails>().Where(entry => entry.State == ConversionState.Dead).OrderBy(entry => entry.DeadAt)];
    }

    /// <summary>Has it delivered after all.</summary>
    /// <param name="by">The name of the token with which a person said so.</param>
    /// <exception cref="RedisUnavailableException">Redis did not answer; it may have been done.</exception>
    public async Task<ReviveOutcome> ReplayAsync(ConversionId id, string by)
    {
        var budget = redis.NewUntracedBudget();
        var letter = await ReadAsync(budget, id);
        return await ledger.ReviveAsync(budget, id, onReply: outcome =>
        {
            if (outcome == ReviveOutcome.Revived)
            {
                events.Replayed(letter, by);
            }
        });
    }

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
            var letters = (await ledger.DeadAsync(redis.NewUntracedBudget(), MostPerPartition + seen.Count - replayed)).Where(seen.Add).ToArray();
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
    public async Task<bool> DiscardAsync(ConversionId id, string by)
    {
        // Read before: of what is discarded nothing is left that could tell whose it was.
        var budget = redis.NewUntracedBudget();
        var letter = await ReadAsync(budget, id);
        return await ledger.DiscardAsync(budget, id, discarded =>
        {
            if (discarded)
            {
                events.Discarded(letter, by);
            }
        });
    }

    private async ValueTask<DeadLetter> ReadAsync(RedisBudget budget, ConversionId id)
    {
        var (details, stored) = await ledger.DescribeWithBodyAsync(budget, id);
        return new DeadLetter(details, stored);
    }
}

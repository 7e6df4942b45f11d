using ProxyShim.Ledger;
using ProxyShim.Redis;
using StackExchange.Redis;

namespace ProxyShim.Background;

/// <summary>Looks over all partitions at once: what is due, what is to be read back, how much waits.</summary>
internal sealed class LedgerSurvey(RedisGate redis, ConversionLedger ledger, RedisClocks clocks)
{
    // More than a replica works off between two looks would only be fought over by all of them.
    private const int MostPerPartition = 64;

    /// <returns>Those that answered: in a cluster, one whose master is down or whose slot moves keeps none of the others waiting.</returns>
    /// <exception cref="RedisUnavailableException">Redis did not answer.</exception>
    public async ValueTask<PartitionSurvey[]> RunAsync()
    {
        var surveys = await redis.NewBudget().RunAsync(static (database, scan) => scan.LookAsync(database), this);
        await clocks.NoteAsync(surveys);
        return surveys;
    }

    private async Task<PartitionSurvey[]> LookAsync(IDatabase database)
    {
        var looks = Enumerable.Range(0, ConversionId.Partitions)
            .Select(partition => ledger.SurveyAsync(database, partition, MostPerPartition, clocks.LatestOf(partition))).ToArray();
        var all = Task.WhenAll(looks);
        await ((Task)all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var answers = looks.Where(look => look.IsCompletedSuccessfully).Select(look => look.Result).ToArray();
        return answers.Length > 0 && all.Exception?.InnerExceptions.All(RedisGate.IsUnavailable) != false ? answers : await all;
    }
}

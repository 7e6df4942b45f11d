using ProxyShim.Ledger;
using ProxyShim.Redis;

namespace ProxyShim.Background;

/// <summary>Looks over all partitions at once: what is due, what is to be read back, how much waits.</summary>
internal sealed class LedgerSurvey(RedisGate redis, ConversionLedger ledger, RedisClocks clocks)
{
    // More than a replica works off between two looks would only be fought over by all of them.
    private const int MostPerPartition = 64;

    /// <returns>Those that answered.</returns>
    /// <exception cref="RedisUnavailableException">Redis did not answer.</exception>
    public async ValueTask<PartitionSurvey[]> RunAsync()
    {
        var surveys = await ledger.SurveyAsync(redis.NewBudget(), MostPerPartition, clocks.LatestOf);
        await clocks.NoteAsync(surveys);
        return surveys;
    }
}

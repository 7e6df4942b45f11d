using ProxyShim.Ledger;
using ProxyShim.Redis;
using ProxyShim.Telemetry;

namespace ProxyShim.Background;

/// <summary>Sees to it that a clock of Redis that is set neither keeps what is due nor hurries what is not: each partition's own, since a cluster has several.</summary>
internal sealed class RedisClocks
{
    private readonly RedisClock[] _clocks;
    private readonly RedisGate _redis;
    private readonly ConversionLedger _ledger;
    private readonly LedgerSettings _settings;
    private readonly AlertEvents _alerts;

    public RedisClocks(RedisGate redis, ConversionLedger ledger, LedgerSettings settings, AlertEvents alerts, TimeProvider time)
    {
        (_redis, _ledger, _settings, _alerts) = (redis, ledger, settings, alerts);
        _clocks = [.. Enumerable.Range(0, ConversionId.Partitions).Select(_ => new RedisClock(settings, time))];
    }

    /// <inheritdoc cref="RedisClock.Latest"/>
    public DateTimeOffset? LatestOf(int partition) => _clocks[partition].Latest;

    /// <inheritdoc cref="RedisClock.Correct"/>
    public LedgerJob Correct(LedgerJob job) => _clocks[job.Id.Partition].Correct(job);

    /// <summary>Takes note of a look, and has what waits longer than it was to wait come sooner.</summary>
    /// <exception cref="RedisUnavailableException">Redis did not answer; what is left shows itself at the next start.</exception>
    public async Task NoteAsync(IReadOnlyList<PartitionSurvey> surveys)
    {
        var steps = surveys.Select(survey => (survey, step: _clocks[survey.Partition].Note(survey.Now))).Where(look => look.step != RedisClockStep.None).ToArray();
        foreach (var alert in steps.Select(look => AlertOf(look.step)).Distinct().OfType<Alert>())
        {
            _alerts.Raise(alert);
        }

        // It may have been set back while no replica looked. Then what waits longer than anything may gives it away.
        await Task.WhenAll(steps.Where(look => look.step != RedisClockStep.Ahead).Select(
            look => ShortenAsync(look.survey.Partition, look.step == RedisClockStep.Back ? look.survey.Now : look.survey.Now + _settings.LongestWait)));
    }

    private static Alert? AlertOf(RedisClockStep step) => step switch
    {
        RedisClockStep.Ahead => Alert.RedisClockAhead,
        RedisClockStep.Back => Alert.RedisClockBack,
        _ => null,
    };

    // From the first to the last, page by page: what is changed goes towards the first, where it is not looked at again.
    private async Task ShortenAsync(int partition, DateTimeOffset after)
    {
        for (DateTimeOffset? from = after; from is not null;)
        {
            from = await _ledger.ShortenWaitsAsync(_redis.NewBudget(), partition, from.Value);
        }
    }
}

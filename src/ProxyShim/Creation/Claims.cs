using ProxyShim.CustomerApi;
using ProxyShim.Ledger;
using ProxyShim.Rollout;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;

namespace ProxyShim.Creation;

/// <summary>What a caller gets whose customer could not be made this request's own. One rule for those who are converted and those who are held.</summary>
internal sealed class Claims(ConversionSettings settings, Shadow shadow, SettlementBacklog backlog)
{
    /// <summary>What Redis's clock says when the look-up's answer is read: while that waited for our own threads the clock went on.</summary>
    public static DateTimeOffset NowOf(CreationContext creation, LedgerReading reading) => reading.Now + creation.Budget.OwnDelay;

    /// <summary>A deadline in Redis's time: a claim that runs later must not count, since by then this request is answered in another way.</summary>
    public static DateTimeOffset DeadlineOf(CreationContext creation, LedgerReading reading) => NowOf(creation, reading) + creation.Budget.Remaining;

    /// <returns>Null where it is this request's own; else what its caller gets.</returns>
    public CreationAnswer? RefusalOf(CreationContext creation, ClaimOutcome outcome)
    {
        switch (outcome)
        {
            case ClaimOutcome.Claimed:
                return null;
            case ClaimOutcome.Known:
                creation.Known = true;
                return CreationAnswer.LookAgain.Instance;
            default:
                return RedisDown(creation);
        }
    }

    /// <summary>Whether it was claimed is unknown. If the Customer API gets the request, no worker may send it, or hand it over, as well.</summary>
    public CreationAnswer Unknown(CreationContext creation, Lease lease)
    {
        var answer = RedisDown(creation);
        if (answer is CreationAnswer.Forward)
        {
            backlog.Fallback(lease, 0, Reasons.RedisDown);
        }

        return answer;
    }

    /// <summary>What the caller gets where Redis is silent, and the customer is not known to be in the ledger.</summary>
    public CreationAnswer RedisDown(CreationContext creation) =>
        creation.Mode == RolloutMode.Shadow ? shadow.RedisDown(creation)
        : settings.OnRedisDown == OnRedisDown.Fallback || creation.Mode == RolloutMode.Off ? creation.Forward(Outcome.Fallback, Reasons.RedisDown)
        : creation.Unavailable(Reasons.RedisDown);
}

using ProxyShim.Ledger;

namespace ProxyShim.Background;

/// <summary>
/// How the clock of a partition's Redis goes, held against this process's own, which only goes forward. All times in the ledger are by Redis's clock, and
/// an operator may set it, or a failover lead to a server whose clock differs.
/// </summary>
/// <remarks>One partition's; not for several threads at once.</remarks>
internal sealed class RedisClock(LedgerSettings settings, TimeProvider time)
{
    /// <summary>Below this a difference is the network, a pause or a clock that is being disciplined.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private (DateTimeOffset Now, long At)? _own;
    private TimeSpan _ahead;
    private (DateTimeOffset Before, TimeSpan By)? _jump;

    /// <summary>What Redis's clock would say, had it not been set since the last look: no later than it says unless it was set back. Null before the first look.</summary>
    public DateTimeOffset? Latest => _own is { } own ? own.Now + time.GetElapsedTime(own.At) : null;

    /// <summary>What Redis's clock says at this look.</summary>
    public RedisClockStep Note(DateTimeOffset now)
    {
        var at = time.GetTimestamp();
        if (Latest is not { } expected)
        {
            _own = (now, at);
            return RedisClockStep.First;
        }

        var ahead = now - expected;
        var step = ahead > _ahead + Tolerance ? RedisClockStep.Ahead : ahead < _ahead - Tolerance ? RedisClockStep.Back : RedisClockStep.None;
        if (step == RedisClockStep.Ahead)
        {
            _jump = (expected, ahead);
        }
        else if (step == RedisClockStep.Back)
        {
            _jump = null;
        }

        // After the longest wait all that waited when the clock was set ahead has had its time.
        var isHeld = ahead > Tolerance && _jump is { } jump && expected - jump.Before < settings.LongestWait;
        (_own, _ahead) = isHeld ? ((expected, at), ahead) : ((now, at), TimeSpan.Zero);
        return step;
    }

    /// <summary>The job with the time by the clock by which it was claimed: it has not aged by what the clock was set ahead since.</summary>
    public LedgerJob Correct(LedgerJob job) =>
        _jump is { } jump && job.ClaimedAt <= jump.Before && job.TriedSince < jump.Before + jump.By && job.Now >= jump.Before + jump.By ? job with { Now = job.Now - jump.By } : job;
}

namespace ProxyShim.Limits.Turns;

/// <summary>One direction of a connection: whether it moves so much, so fast, that it has to take turns.</summary>
internal sealed class TurnMeter(BulkTurns turns, TimeProvider time)
{
    /// <summary>
    /// Who takes longer for a turn's bytes, which is less than 8 MB/s, is no bulk: small exchanges on a kept connection stay below that, and so does what a slow
    /// client sends. Measured anew after each turn, so that time spent waiting for it does not count.
    /// </summary>
    public static readonly TimeSpan Span = TimeSpan.FromMilliseconds(16);

    private long _bytes;
    private long _since = time.GetTimestamp();

    public void Add(long bytes) => _bytes += bytes;

    /// <summary>Whether the turn's bytes are moved and the next turn has to be awaited.</summary>
    public bool EndTurn()
    {
        if (_bytes < BulkTurns.Bytes)
        {
            return false;
        }

        var isBulk = time.GetElapsedTime(_since) < Span;
        if (!isBulk)
        {
            Begin();
        }

        return isBulk;
    }

    public async Task NextTurnAsync()
    {
        await turns.NextAsync();
        Begin();
    }

    private void Begin() => (_bytes, _since) = (0, time.GetTimestamp());
}

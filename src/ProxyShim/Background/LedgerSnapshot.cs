namespace ProxyShim.Background;

/// <summary>What the last look at the ledger saw, for metrics and health.</summary>
internal sealed class LedgerSnapshot
{
    private LedgerDepths? _depths;

    /// <summary>Null before the first look.</summary>
    public LedgerDepths? Depths
    {
        get => Volatile.Read(ref _depths);
        set => Volatile.Write(ref _depths, value);
    }
}

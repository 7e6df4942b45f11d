namespace ProxyShim.Rollout;

/// <summary>How far the switch-over has come.</summary>
internal enum RolloutMode
{
    /// <summary>Everything passes through; nothing new is converted. What the ledger holds already is still delivered and proved.</summary>
    Off,

    /// <summary>As <see cref="Off"/>, and beside it what would have been sent is composed, judged and logged.</summary>
    Shadow,

    /// <summary>Customers with a click are converted.</summary>
    Live,
}

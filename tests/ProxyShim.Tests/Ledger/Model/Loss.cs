namespace ProxyShim.Tests.Ledger.Model;

/// <summary>What a network does to a command to Redis.</summary>
internal enum Loss
{
    None,

    /// <summary>It never arrives.</summary>
    Command,

    /// <summary>It is carried out, and nobody hears of it.</summary>
    Reply,
}

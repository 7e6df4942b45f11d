namespace ProxyShim.Background;

/// <summary>What Redis's clock has done since the look before.</summary>
internal enum RedisClockStep
{
    /// <summary>It went on.</summary>
    None,

    /// <summary>There was no look before.</summary>
    First,

    /// <summary>It was set ahead.</summary>
    Ahead,

    /// <summary>It was set back.</summary>
    Back,
}

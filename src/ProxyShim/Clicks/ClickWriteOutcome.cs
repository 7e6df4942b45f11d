using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Clicks;

/// <summary>What became of a reported click.</summary>
internal enum ClickWriteOutcome
{
    /// <summary>It is the customer's click now.</summary>
    Written,

    /// <summary>It was there already.</summary>
    Same,

    /// <summary>A newer click is there, or its own lifetime is over: last click wins.</summary>
    Older,

    /// <summary>No key template can be filled with what is known of the customer; nothing was written.</summary>
    NoKey,
}

/// <summary>What others call it.</summary>
internal static class ClickWriteOutcomes
{
    /// <summary>By the first letter of what a script says: written, same or older.</summary>
    public static ClickWriteOutcome OfLetter(char said) => said switch
    {
        'w' => ClickWriteOutcome.Written,
        's' => ClickWriteOutcome.Same,
        _ => ClickWriteOutcome.Older,
    };

    /// <summary>The metrics' word for it.</summary>
    public static string Result(this ClickWriteOutcome outcome) => outcome switch
    {
        ClickWriteOutcome.Written => ClickResult.Written,
        ClickWriteOutcome.Same => ClickResult.Same,
        ClickWriteOutcome.Older => ClickResult.Older,
        _ => ClickResult.NoKey,
    };
}

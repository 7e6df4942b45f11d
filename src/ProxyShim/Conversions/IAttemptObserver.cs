namespace ProxyShim.Conversions;

/// <summary>Is told of each attempt as it ends.</summary>
internal interface IAttemptObserver
{
    /// <param name="attempt">Counted from 1.</param>
    /// <param name="answer">How it ended.</param>
    /// <param name="elapsed">How long it took.</param>
    void Attempted(int attempt, ConversionAnswer answer, TimeSpan elapsed);
}

namespace ProxyShim.Conversions;

/// <summary>How sending a conversion ended, retries included.</summary>
/// <param name="Answer">The last attempt's answer; it stands for all of them, since only what surely did not land is sent again.</param>
/// <param name="Attempts">Attempts that were made; 0 when the breaker let none through.</param>
/// <param name="Elapsed">How long it took in all.</param>
internal sealed record ConversionOutcome(ConversionAnswer Answer, int Attempts, TimeSpan Elapsed);

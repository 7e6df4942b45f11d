using ProxyShim.Conversions;

namespace ProxyShim.Background.Playing;

/// <summary>What came of playing a call once.</summary>
/// <param name="Meaning">In the words of a conversion's answer: a call that changes something is judged as a conversion is.</param>
/// <param name="Status">The status, or null when none came.</param>
/// <param name="RetryAfter">How long the Customer API asked to be left alone.</param>
internal readonly record struct PlayResult(AttemptResult Meaning, int? Status = null, TimeSpan? RetryAfter = null);

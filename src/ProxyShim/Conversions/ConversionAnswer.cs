namespace ProxyShim.Conversions;

/// <summary>How one attempt at the Conversion API ended.</summary>
/// <param name="Meaning">What it means.</param>
/// <param name="Status">The status, or null when none came.</param>
/// <param name="RetryAfter">How long the Conversion API asked to be left alone; null when it did not.</param>
/// <param name="Message">What a refusal said, for the caller who asked to see it; may hold personal data, so it is never logged.</param>
/// <param name="Said">What of it may be kept and shown (<see cref="RefusalText"/>).</param>
/// <param name="Error">How an attempt without a status ended, in a word; never free text.</param>
internal sealed record ConversionAnswer(
    AttemptResult Meaning, int? Status = null, TimeSpan? RetryAfter = null, string? Message = null, string? Said = null, string? Error = null);

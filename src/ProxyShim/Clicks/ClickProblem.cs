namespace ProxyShim.Clicks;

/// <summary>Why a reported click cannot be used.</summary>
/// <param name="Reason">Of <see cref="Telemetry.Metrics.ClickResult"/>.</param>
/// <param name="Write">What is wrong and what to write instead; nothing of what was given is repeated.</param>
internal sealed record ClickProblem(string Reason, string Write);

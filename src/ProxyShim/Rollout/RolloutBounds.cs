namespace ProxyShim.Rollout;

/// <summary>What a plan may say here, beyond what its form allows.</summary>
/// <param name="Callers">The names of those who may convert.</param>
/// <param name="HasToken">Whether there is a <c>ConversionApi:Token</c>, without which nothing can be converted.</param>
internal sealed record RolloutBounds(IReadOnlyList<string> Callers, bool HasToken)
{
    /// <summary>Which setting, what is wrong with it, and what to write; nothing where all is well.</summary>
    public IEnumerable<(string Key, string Wrong, string Write)> ProblemsOf(RolloutPlan plan)
    {
        if (plan.Mode == RolloutMode.Live && !HasToken)
        {
            yield return ("Rollout:Mode", "'Live' needs ConversionApi:Token, which is missing", "set that and restart, or write Shadow or Off");
        }

        foreach (var stranger in plan.Callers.Except(Callers, StringComparer.Ordinal))
        {
            // It would convert no customer, without an error.
            yield return ("Rollout:Callers", $"'{stranger}' is no caller that may convert", $"write one of {string.Join(", ", Callers)}");
        }
    }
}

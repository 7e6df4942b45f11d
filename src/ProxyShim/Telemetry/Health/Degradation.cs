namespace ProxyShim.Telemetry.Health;

/// <param name="Part">What is in trouble.</param>
/// <param name="Reason">Why, in a word: one of the part's <see cref="HealthComponent.Reasons"/>.</param>
/// <param name="Since">When the part was first noticed to be in trouble, for whatever reason.</param>
/// <param name="Detail">
/// What else can be told: an endpoint, a status, a peer's own word. Never a credential, nor what a request or a key says. Null: nothing.
/// </param>
internal sealed record Degradation(HealthComponent Part, string Reason, DateTimeOffset Since, string? Detail = null)
{
    /// <summary>What to do, in one sentence.</summary>
    public string Action => Part.ActionOf(Reason);
}

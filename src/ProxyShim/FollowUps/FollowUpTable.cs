using ProxyShim.Primitives;

namespace ProxyShim.FollowUps;

/// <summary>The writes that name their customer in the body: a resource under the API's base, and where the name stands. The next one is a line.</summary>
/// <param name="Resource">Behind <c>/api/v2/</c> and <c>/v1/</c>.</param>
/// <param name="KeyName">The member that holds the <c>customer_key</c>.</param>
/// <param name="Where">A member that must have this value for that; null where it always is.</param>
/// <param name="AnswersTooEarly">
/// The Customer API takes it of a customer it does not know, and nothing comes of it (CONTRACT.md, field): there is no 404 to wait for.
/// </param>
internal sealed record FollowUpTable(string Resource, string KeyName, (string Name, string Value)? Where = null, bool AnswersTooEarly = false)
{
    public static readonly IReadOnlyList<FollowUpTable> Rows =
    [
        new("transactions", "customer_key"),
        new("actions", "target_key", ("target_type", "customer"), AnswersTooEarly: true),
        new("deals", "customer_key"),
        new("leads", "customer_key"),
        new("rewards", "customer_key"),
    ];

    private readonly byte[][] _names = JsonMembers.Names(new[] { KeyName, Where?.Name }.OfType<string>());

    /// <summary>The members that are looked for: that of the name, and behind it that of the condition, if there is one.</summary>
    public ReadOnlySpan<byte[]> Names => _names;
}

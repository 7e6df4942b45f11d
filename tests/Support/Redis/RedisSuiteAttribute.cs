using Xunit.v3;

namespace ProxyShim.Testing;

/// <summary>Marks tests that use <see cref="TestRedis"/>: CI runs them on every kind of Redis.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class RedisSuiteAttribute : Attribute, ITraitAttribute
{
    /// <summary>The trait that <c>--filter-trait Suite=Redis</c> selects.</summary>
    internal const string Name = "Suite";

    /// <inheritdoc cref="Name"/>
    internal const string Value = "Redis";

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Name, Value)];
}

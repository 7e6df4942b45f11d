using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>The tests that fill a machine: one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class FaultCollection
{
    internal const string Name = "Faults";
}

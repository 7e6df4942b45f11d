using ProxyShim.EndToEnd.Harness;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>The same while everybody is only looked at.</summary>
public sealed class PassthroughInShadowTests(PassthroughInShadowTests.ShadowStand stand) : PassthroughTests(stand), IClassFixture<PassthroughInShadowTests.ShadowStand>
{
    /// <summary>A <see cref="RawStand"/> in the shadow.</summary>
    public sealed class ShadowStand() : RawStand("Shadow");
}

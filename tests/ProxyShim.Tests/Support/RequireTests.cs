using ProxyShim.Testing;
using Xunit;
using Xunit.Sdk;

namespace ProxyShim.Tests.Support;

public class RequireTests(RequireTests.AskingFixture asking) : IClassFixture<RequireTests.AskingFixture>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_there_is_no_obstacle(bool inCi)
        => Require.That(present: true, "sh is not on the path", "install it", inCi);

    [Fact]
    public void What_is_missing_skips_the_test_and_says_what_to_install()
    {
        // Not Assert.Throws: it lets a skip through, and this test would be skipped.
        try
        {
            Require.That(present: false, "dot is not on the path", "apt-get install graphviz", inCi: false);
        }
        catch (SkipException skip)
        {
            Assert.EndsWith("dot is not on the path (apt-get install graphviz)", skip.Message, StringComparison.Ordinal);
            return;
        }

        Assert.Fail("It was not skipped.");
    }

    [Fact]
    public void What_is_missing_in_CI_fails_the_test()
        => Assert.Throws<FailException>(() => Require.That(present: false, "dot is not on the path", "apt-get install graphviz", inCi: true));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_fixture_asks_for_is_an_error_whether_it_is_there_or_not(bool present)
        => Assert.Contains(
            "A fixture cannot be skipped (dot is not on the path)", Assert.IsType<InvalidOperationException>(asking.Refusals[present]).Message, StringComparison.Ordinal);

    /// <summary>A fixture that asks for a part.</summary>
    public sealed class AskingFixture : IAsyncLifetime
    {
        /// <summary>What it got for asking, by whether the part is there.</summary>
        public IReadOnlyDictionary<bool, Exception?> Refusals { get; private set; } = new Dictionary<bool, Exception?>();

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            // Where a real one would ask: after it has done something else.
            await Task.Yield();
            Refusals = ((bool[])[true, false]).ToDictionary(present => present, present => Record.Exception(() => Require.That(present, "dot is not on the path", "install it")));
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

using ProxyShim.Testing;
using Xunit;
using Xunit.Sdk;

namespace ProxyShim.Tests.Support;

public class RequireTests
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

    [Fact]
    public void Finds_a_program_on_the_path()
        => Assert.True(File.Exists(Require.Program("sh", "dash")));

    [Fact]
    public void Does_not_find_what_is_not_there()
        => Assert.Null(SearchPath.Find("no-such-program-anywhere"));
}

using ProxyShim.Ledger;
using Xunit;

namespace ProxyShim.Tests.Ledger;

public class ScriptPreludeTests
{
    private const string Text = """
        -- What they have in common: now, later, both.

        local first, second = KEYS[1], KEYS[2]

        -- Not later.
        local now = first

        local function later(wait) return now + wait end
        """;

    [Theory]
    [InlineData("return ARGV[1]", "")]
    [InlineData("-- now\nreturn ARGV[1]", "")]
    [InlineData("return second", "first")]
    [InlineData("return now", "first now")]
    [InlineData("return later(1)", "first now later")]
    [InlineData("return nowhere", "")]
    public void A_script_has_what_it_mentions_and_what_that_mentions(string script, string defined)
    {
        var text = new ScriptPrelude(Text).Before(script);

        string[] parts = [.. new[] { ("first", "local first"), ("now", "local now"), ("later", "local function later") }
            .Where(part => text.Contains(part.Item2, StringComparison.Ordinal)).Select(part => part.Item1)];
        Assert.Equal(defined, string.Join(' ', parts));
        Assert.EndsWith(script, text, StringComparison.Ordinal);
    }
}

using ProxyShim.Conversions;
using Xunit;

namespace ProxyShim.Tests.Conversions;

public class TokenEchoTests
{
    private const string Token = "trk_abcdefgh";

    [Theory]
    [InlineData("Token trk_abcdefgh may not do that", "Token […] may not do that")]
    [InlineData("BEARER TRK_ABCDEFGH, trk_abcdefgh", "BEARER […], […]")]
    [InlineData("xtrk_abcdefghx", "x[…]x")]
    [InlineData("no such xid t", "no such xid t")]
    [InlineData("trk_abcdefg", "trk_abcdefg")]
    public void The_token_is_told_to_nobody(string said, string shown) => Assert.Equal(shown, TokenEcho.Hide(said, Token, isCut: false));

    [Fact]
    public void Nor_is_a_part_of_it_where_the_text_is_cut()
    {
        for (var part = 0; part < Token.Length; part++)
        {
            Assert.Equal("Token ", TokenEcho.Hide($"Token {Token[..part]}", Token, isCut: true));
        }

        Assert.Equal("Token […]", TokenEcho.Hide($"Token {Token}", Token, isCut: true));
    }

    [Fact]
    public void Without_a_token_there_is_none_to_hide() => Assert.Equal("Token trk_abcdefgh", TokenEcho.Hide("Token trk_abcdefgh", null, isCut: true));
}

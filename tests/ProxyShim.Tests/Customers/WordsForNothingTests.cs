using System.Text;
using ProxyShim.Customers;
using Xunit;

namespace ProxyShim.Tests.Customers;

/// <summary>What older Redis clients and other programs write where there was no value is no click id.</summary>
public class WordsForNothingTests
{
    [Theory]
    [InlineData("undefined")]
    [InlineData("null")]
    [InlineData("NULL")]
    [InlineData("None")]
    [InlineData("nil")]
    [InlineData("<nil>")]
    [InlineData("NaN")]
    [InlineData("true")]
    [InlineData("False")]
    [InlineData("[]")]
    [InlineData("(null)")]
    [InlineData("''")]
    [InlineData("0")]
    [InlineData("-")]
    [InlineData("N/A")]
    public void They_are_no_xid(string word)
    {
        Assert.True(WordsForNothing.Include(word));
        Assert.True(WordsForNothing.Include(Encoding.UTF8.GetBytes(word)));
        Assert.False(Xid.TryParse(word, out _));
    }

    [Theory]
    [InlineData("nullable")]
    [InlineData("xid-1")]
    [InlineData("1")]
    [InlineData("ZWRpdG9yaWFs")]
    [InlineData("undefined2")]
    [InlineData("falsey")]
    public void Others_are(string text)
    {
        Assert.False(WordsForNothing.Include(text));
        Assert.False(WordsForNothing.Include(Encoding.UTF8.GetBytes(text)));
        Assert.True(Xid.TryParse(text, out _));
    }
}

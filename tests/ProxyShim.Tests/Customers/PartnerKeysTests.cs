using System.Text;
using CsCheck;
using ProxyShim.Customers;
using Xunit;

namespace ProxyShim.Tests.Customers;

public class PartnerKeysTests
{
    [Theory]
    [InlineData("YmVydHJhbQ", "bertram")]
    [InlineData("YmVydHJhbQ==", "bertram")]
    [InlineData("ZWRpdG9yaWFsZGVwYXJ0bWVudDkzODE", "editorialdepartment9381")]
    public void A_landing_url_carries_the_key_in_base64_padded_or_not(string text, string key)
    {
        Assert.Equal(key, PartnerKeys.TryDecode(text));
        Assert.True(PartnerKeys.AreSame(text, key));
        Assert.False(PartnerKeys.AreSame(text, "somebody-else"));
    }

    [Theory]
    [InlineData("bertram")]
    [InlineData("lovelace")]
    [InlineData("")]
    [InlineData("====")]
    [InlineData("not base64")]
    public void A_plain_key_is_itself(string key)
    {
        Assert.Null(PartnerKeys.TryDecode(key));
        Assert.True(PartnerKeys.AreSame(key, key));
    }

    [Fact]
    public void Whatever_the_key_both_spellings_are_it_and_no_other() => Gen.String[Gen.Char['!', '~'], 1, 60].Sample(key =>
    {
        var padded = Convert.ToBase64String(Encoding.UTF8.GetBytes(key));
        Assert.True(PartnerKeys.AreSame(padded, key));
        Assert.True(PartnerKeys.AreSame(padded.TrimEnd('='), key));
        Assert.False(PartnerKeys.AreSame(padded, key + "x"));
    });
}

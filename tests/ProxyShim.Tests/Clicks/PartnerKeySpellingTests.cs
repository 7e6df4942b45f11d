using ProxyShim.Clicks;
using Xunit;

namespace ProxyShim.Tests.Clicks;

/// <summary>Landing pages carry the partner key in base64, mostly unpadded, and sites keep it as they see it.</summary>
public class PartnerKeySpellingTests
{
    [Theory]
    [InlineData("bertram", "bertram")]
    [InlineData("YmVydHJhbQ", "bertram")]
    [InlineData("YmVydHJhbQ==", "bertram")]
    [InlineData("YmVydHJhbQ%3D%3D", "bertram")]
    [InlineData("ZWRpdG9yaWFsZGVwYXJ0bWVudDkzODE", "editorialdepartment9381")]
    [InlineData("asO2cmc_Pz4", "jörg??>")]
    [InlineData("asO2cmc/Pz4=", "jörg??>")]
    [InlineData("YmVydHJhbQ", "YmVydHJhbQ")]
    public void One_partner_in_two_spellings_is_one(string kept, string named) => Assert.True(PartnerKeySpelling.IsSame(kept, named));

    [Theory]
    [InlineData("c29tZWJvZHktZWxzZQ", "bertram")]
    [InlineData("bertram", "YmVydHJhbQ")]
    [InlineData("Bertram", "bertram")]
    [InlineData("YmVydHJhbQ", "Bertram")]
    [InlineData("%%%", "bertram")]
    [InlineData("====", "bertram")]
    [InlineData("a", "bertram")]
    [InlineData("_____w", "bertram")]
    [InlineData("zwei Worte", "bertram")]
    public void Another_partner_stays_another(string kept, string named) => Assert.False(PartnerKeySpelling.IsSame(kept, named));

    [Theory]
    [InlineData("bertram", "bertram")]
    [InlineData("abcd", "abcd")]
    [InlineData("YmVydHJhbQ==", "bertram")]
    [InlineData("c29tZWJvZHktZWxzZQ", "somebody-else")]
    [InlineData("editorialdepartment9381", "editorialdepartment9381")]
    public void It_is_plain_as_far_as_can_be_told(string kept, string plain) => Assert.Equal(plain, PartnerKeySpelling.Plain(kept));
}

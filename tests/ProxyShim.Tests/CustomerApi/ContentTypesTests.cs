using ProxyShim.CustomerApi;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

public class ContentTypesTests
{
    [Theory]
    [InlineData("application/json", true)]
    [InlineData("Application/JSON", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("application/json; odata=verbose", true)]
    [InlineData("application/json, application/json", true)]
    [InlineData("application/vnd.api+json", false)]
    [InlineData("application/jsonp", false)]
    [InlineData("text/plain", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_label_says_JSON_or_not(string? contentType, bool expected)
        => Assert.Equal(expected, ContentTypes.IsJson(contentType));

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("application/json;charset=UTF-8", true)]
    [InlineData("application/json; charset=\"utf-8\"", true)]
    [InlineData("application/json; charset='utf-8'", true)]
    [InlineData("application/json; charset = utf8", true)]
    [InlineData("application/json; charset=", true)]
    [InlineData("application/json; charset=utf-16", false)]
    [InlineData("application/json; charset=iso-8859-1", false)]
    [InlineData("application/json; charset = iso-8859-1", false)]
    [InlineData("application/json; charset=nonsense", false)]
    [InlineData("application/json; charset=utf-8; charset=utf-16", false)]
    [InlineData("application/json; charset=utf-8, application/json; charset=latin1", false)]
    public void Letters_beyond_ASCII_are_read_as_UTF_8_unless_the_label_names_another_charset(string? contentType, bool expected)
    {
        Assert.Equal(expected, ContentTypes.IsReadAsUtf8(contentType, "{\"name\":\"Jörg\"}"u8));
        Assert.True(ContentTypes.IsReadAsUtf8(contentType, "{\"name\":\"Joe\"}"u8));
    }
}

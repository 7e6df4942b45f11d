using ProxyShim.CustomerApi;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

public class ContentTypesTests
{
    [Theory]
    [InlineData("application/json", true)]
    [InlineData("Application/JSON", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("application/json;charset=UTF-8", true)]
    [InlineData("application/json; charset=\"utf-8\"", true)]
    [InlineData("application/json; odata=verbose", true)]
    [InlineData("application/json; charset=utf-16", false)]
    [InlineData("application/json; charset=iso-8859-1", false)]
    [InlineData("application/json; charset=nonsense", false)]
    [InlineData("application/vnd.api+json", false)]
    [InlineData("application/jsonp", false)]
    [InlineData("text/json", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/x-www-form-urlencoded", false)]
    [InlineData("application/json, application/json", false)]
    [InlineData("json", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_JSON_in_UTF8_is_read(string? contentType, bool expected)
        => Assert.Equal(expected, ContentTypes.IsUtf8Json(contentType));
}

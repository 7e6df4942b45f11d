using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyShim.Http;
using Xunit;

namespace ProxyShim.Tests.Http;

public class RawTargetTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/api/v2/customers")]
    [InlineData("/api/v2/customers/a%2Fb")]
    [InlineData("/api/v2/customers/a%2fb%20c%C3%A4")]
    [InlineData("/a/../b/./c//d/")]
    [InlineData("/a/%2e%2e/b")]
    [InlineData("//host/path")]
    [InlineData("/a?")]
    [InlineData("/a?b=c&b=d&&=e&%zz?x=/../#y")]
    [InlineData("/a?q=[]{}|\\^`\"<>")]
    [InlineData("/a;b=c,d!$&'()*+@:")]
    public void Stays_as_the_caller_wrote_it(string target)
    {
        var context = Context(target);

        Assert.Equal(target, RawTarget.Of(context));
        Assert.Equal(target, RawTarget.On("http://up.example:81", RawTarget.Of(context)).PathAndQuery);
    }

    [Theory]
    [InlineData("http://up.example/base", "/api", "/base/api")]
    [InlineData("http://up.example", "//x", "//x")]
    public void Comes_behind_the_base_of_another_origin(string origin, string target, string expected)
    {
        var uri = RawTarget.On(origin, RawTarget.Of(Context(target)));

        Assert.Equal("up.example", uri.Host);
        Assert.Equal(expected, uri.PathAndQuery);
    }

    [Theory]
    [InlineData("http://legacy.example/a%2Fb/../c?d=%zz", "/a%2Fb/../c?d=%zz")]
    [InlineData("https://legacy.example:81//a?b=http://x/y", "//a?b=http://x/y")]
    [InlineData("http://legacy.example?a/b", "/?a/b")]
    [InlineData("http://legacy.example", "/")]
    [InlineData("legacy.example:443", "/")]
    [InlineData("*", "/")]
    public void In_another_form_it_is_the_path_as_the_caller_wrote_it(string target, string expected)
    {
        var context = Context(target);
        context.Request.Path = "/what/the/server/made/of/it";

        Assert.Equal(expected, RawTarget.Of(context));
        Assert.Equal(expected, RawTarget.On("http://up.example:81", RawTarget.Of(context)).PathAndQuery);
    }

    [Theory]
    [InlineData("/a", "/a")]
    [InlineData("/a?", "/a")]
    [InlineData("/a?b?c", "/a")]
    [InlineData("?", "")]
    [InlineData("//a//b", "/a//b")]
    [InlineData("///a?//", "/a")]
    [InlineData("//", "/")]
    public void The_path_ends_at_the_first_question_mark(string target, string expected)
        => Assert.Equal(expected, RawTarget.PathOf(target).ToString());

    private static DefaultHttpContext Context(string target)
    {
        var context = new DefaultHttpContext();
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        return context;
    }
}

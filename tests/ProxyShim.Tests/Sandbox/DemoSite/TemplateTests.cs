using ProxyShim.Sandbox.DemoSite;
using Xunit;

namespace ProxyShim.Tests.Sandbox.DemoSite;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("{{a}}", "&lt;b&gt;&quot;{{a}}")]
    [InlineData("{{none}}", "")]
    [InlineData("{{#a}}yes{{/a}}{{^a}}no{{/a}}", "yes")]
    [InlineData("{{#none}}yes{{/none}}{{^none}}no{{/none}}", "no")]
    [InlineData("{{#off}}yes{{/off}}{{^empty}}none{{/empty}}", "none")]
    [InlineData("{{#list}}{{name}} of {{b}}\n{{/list}}", "1 of B\n2 of B\n")]
    [InlineData("{{#on}}{{#list}}{{name}}{{/list}}{{/on}}", "12")]
    public void It_is_filled(string template, string expected) => Assert.Equal(expected, Template.Fill(template, new()
    {
        ["a"] = "<b>\"{{a}}",
        ["b"] = "B",
        ["on"] = true,
        ["off"] = false,
        ["empty"] = Array.Empty<Values>(),
        ["list"] = (Values[])[new() { ["name"] = "1" }, new() { ["name"] = "2" }],
    }));
}

using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Tests.CustomerApi;
using Xunit;

namespace ProxyShim.Tests.Clicks;

public class ClickKeyTemplateTests
{
    private static readonly CustomerRequest s_request = Read.Request("C-1", " Ann@Example.COM ", providerKey: "cus_9");

    [Theory]
    [InlineData("click:{customer_key}", "click:C-1")]
    [InlineData("{customer_key}", "C-1")]
    [InlineData("{customer_key}:click", "C-1:click")]
    [InlineData("click:{email}", "click:ann@example.com")]
    [InlineData("click:{email_sha256}", "click:71d4f55f72fa128dfb468a1a3901507c804b74316488744d769d7f4b16696476")] // printf ann@example.com | sha256sum
    [InlineData("click:{provider_key}", "click:cus_9")]
    [InlineData("a:{customer_key}:{provider_key}:z", "a:C-1:cus_9:z")]
    [InlineData("{customer_key}{customer_key}", "C-1C-1")]
    [InlineData("}{customer_key}}", "}C-1}")]
    public void Places_hold_what_the_request_says(string template, string expected)
        => Assert.Equal(expected, Parse(template).KeyOf(CustomerIdentity.Of(s_request)));

    [Theory]
    [InlineData("click:{provider_key}")]
    [InlineData("{customer_key}:{provider_key}:x")]
    public void A_template_that_asks_for_more_than_the_request_has_names_no_key(string template)
    {
        Assert.Null(Parse(template).KeyOf(CustomerIdentity.Of(Read.Request(providerKey: null))));
        Assert.Null(Parse(template).KeyOf(CustomerIdentity.Of(Read.Request(providerKey: ""))));
    }

    [Theory]
    [InlineData("click:{email}")]
    [InlineData("click:{email_sha256}")]
    public void Without_an_address_a_template_of_the_address_names_no_key(string template) => Assert.Null(Parse(template).KeyOf(CustomerIdentity.Of(Read.Request(email: ""))));

    [Fact]
    public void The_key_is_not_interpreted_as_a_template()
        => Assert.Equal("click:{email}", Parse("click:{customer_key}").KeyOf(CustomerIdentity.Of(Read.Request("{email}"))));

    [Theory]
    [InlineData("")]
    [InlineData("click")]
    [InlineData("click:{customer_key")]
    [InlineData("click:{}")]
    [InlineData("click:{Customer_Key}")]
    [InlineData("click:{ customer_key }")]
    [InlineData("click:{name}")]
    [InlineData("click:{{customer_key}}")]
    [InlineData("{customer_key}{")]
    public void What_names_no_key_of_a_customer_is_no_template(string text)
        => Assert.False(ClickKeyTemplate.TryParse(text, out _));

    private static ClickKeyTemplate Parse(string text)
    {
        Assert.True(ClickKeyTemplate.TryParse(text, out var template));
        Assert.Equal(text, template.ToString());
        return template;
    }
}

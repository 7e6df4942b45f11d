using System.Text;
using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Tests.CustomerApi;
using Xunit;

namespace ProxyShim.Tests.Customers;

/// <summary>CONTRACT.md, S2S Conversion API: exactly the fields that we have, none empty. <c>Golden/conversions.json</c> has whole pairs.</summary>
public class ConversionBodyTests
{
    [Fact]
    public void Has_two_fields_at_least()
        => Assert.Equal("""{"xid":"xid-1","customer_key":"c-1","email":"ann@example.com"}""", Compose(Read.Request(), new Click(Xid())));

    [Fact]
    public void Has_every_documented_field_at_most()
    {
        var request = Read.Request("c-1", "ann@example.com", "Ann", "cus_9", """{"plan":"pro"}""");
        var click = new Click(Xid(), "another", ["a", "b"], "acme.com", "192.0.2.1", "Mozilla/5.0", "trial", "2026-01-01");

        Assert.Equal(
            """
            {"xid":"xid-1","customer_key":"c-1","email":"ann@example.com","name":"Ann","provider_key":"cus_9","origin":"acme.com",
            "ip_address":"192.0.2.1","user_agent":"Mozilla/5.0","external_type":"trial","sub_ids":["a","b"],"meta":{"plan":"pro"}}
            """.ReplaceLineEndings(""),
            Compose(request, click));
    }

    [Fact]
    public void Empty_texts_and_lists_are_left_out()
    {
        var request = Read.Request(name: "", providerKey: "");
        var click = new Click(Xid(), "", [], "", "", "", "", "");

        Assert.Equal("""{"xid":"xid-1","customer_key":"c-1","email":"ann@example.com"}""", Compose(request, click));
    }

    [Theory]
    [InlineData("""{"a" : 1.0, "b":1e3,"c": "\u00e9\/","d":[ ],"e":{"f":null}}""")]
    [InlineData("""{"long":12345678901234567890123456789.000}""")]
    public void The_meta_is_the_callers_to_the_letter(string meta)
        => Assert.EndsWith(",\"meta\":" + meta + "}", Compose(Read.Request(meta: meta), new Click(Xid())), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"quoted\" \\ back")]
    [InlineData("line\r\nfeed\t\0")]
    [InlineData("</script><!--&amp;'")]
    [InlineData("Äß 漢字 😀 \u2028 \uFEFF e\u0301")]
    public void No_text_can_leave_its_string(string text)
    {
        var click = new Click(Xid(), SubIds: [text], Origin: text, IpAddress: text, UserAgent: text, ExternalType: text);

        using var conversion = JsonDocument.Parse(Compose(Read.Request(text, text, text, text), click));

        var root = conversion.RootElement;
        Assert.Equal(10, root.EnumerateObject().Count());
        Assert.Equal(text, root.GetProperty("sub_ids")[0].GetString());
        Assert.All(
            ["customer_key", "email", "name", "provider_key", "origin", "ip_address", "user_agent", "external_type"],
            name => Assert.Equal(text, root.GetProperty(name).GetString()));
    }

    private static string Compose(CustomerRequest request, Click click) => Encoding.UTF8.GetString(StoredConversion.Compose(request, click).Conversion.Span);

    private static Xid Xid()
    {
        Assert.True(ProxyShim.Customers.Xid.TryParse("xid-1", out var xid));
        return xid;
    }
}

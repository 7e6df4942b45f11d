using System.Text;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

/// <summary>DESIGN.md, Identity: what is converted and what is left for the Customer API.</summary>
public class CustomerRequestReaderTests
{
    [Fact]
    public void Reads_every_field()
    {
        var (request, reason) = Read.V2("""
            {
              "customer_key": "c-1", "email": "ann@example.com", "partner_key": "partner", "member_key": "member", "name": "Ann Äß",
              "provider_key": "cus_9", "meta": { "plan": "pro", "n": 1.0 }, "unknown": [1]
            }
            """);

        Assert.Null(reason);
        Assert.Equal("c-1", request!.CustomerKey.Value);
        Assert.Equal("ann@example.com", request.Email);
        Assert.Equal("partner", request.PartnerKey);
        Assert.Equal("Ann Äß", request.Name);
        Assert.Equal("cus_9", request.ProviderKey);
        Assert.Equal("""{ "plan": "pro", "n": 1.0 }""", Encoding.UTF8.GetString(request.Meta!.Value.Span));
    }

    [Fact]
    public void What_is_left_out_is_absent()
    {
        var (request, _) = Read.V2(Read.Body());

        Assert.Null(request!.Name);
        Assert.Null(request.ProviderKey);
        Assert.Null(request.Meta);
    }

    [Fact]
    public void The_older_version_calls_the_customer_key_key()
    {
        var json = """{"key":"c-1","customer_key":"other","email":"ann@example.com","partner_key":"partner"}"""u8.ToArray();

        Assert.Equal("c-1", CustomerRequestReader.Read(json, CustomerApiVersion.V1, out _)!.CustomerKey.Value);
        Assert.Equal("other", CustomerRequestReader.Read(json, CustomerApiVersion.V2, out _)!.CustomerKey.Value);
    }

    [Theory]
    [InlineData("\"c-1\"", "c-1")]
    [InlineData("\" c-1\\t\"", " c-1\t")]
    [InlineData("\"C-1\"", "C-1")]
    [InlineData("\"\\u0063-1\"", "c-1")]
    [InlineData("\"\\u00e9\"", "é")]
    [InlineData("\"e\\u0301\"", "e\u0301")]
    [InlineData("\"\\ud83d\\ude00\"", "😀")]
    [InlineData("\"😀\"", "😀")]
    [InlineData("\"a\\u0000b\"", "a\0b")]
    [InlineData("\"\\/\\\"\\\\\"", "/\"\\")]
    [InlineData("\"\\uFEFF\"", "\uFEFF")]
    [InlineData("42", "42")]
    [InlineData("0", "0")]
    [InlineData("-7", "-7")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    public void The_key_is_the_exact_decoded_string_and_an_integer_its_digits(string json, string expected)
        => Assert.Equal(expected, Read.V2(Read.Body(json)).Request?.CustomerKey.Value);

    [Theory]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("1E0")]
    [InlineData("-0")]
    [InlineData("-0.0")]
    [InlineData("true")]
    [InlineData("[\"c-1\"]")]
    [InlineData("{\"key\":\"c-1\"}")]
    public void A_key_that_parsers_read_differently_is_forwarded(string json)
        => AssertForwarded("invalid_field", Read.Body(json));

    [Theory]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData("NaN")]
    [InlineData("'c-1'")]
    [InlineData("\"c-1")]
    [InlineData("\"\t\"")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    [InlineData("\"\\x41\"")]
    public void A_key_that_is_no_JSON_is_forwarded(string json)
        => AssertForwarded("malformed_json", Read.Body(json));

    [Theory]
    [InlineData("customer_key")]
    [InlineData("email")]
    [InlineData("partner_key")]
    public void A_required_field_that_is_missing_null_or_empty_is_forwarded(string field)
    {
        string[] fields = ["customer_key", "email", "partner_key"];
        foreach (var value in (string?[])[null, "null", "\"\""])
        {
            var members = fields.Where(name => name != field).Select(name => $"\"{name}\":\"a@example.com\"");
            var json = "{" + string.Join(',', value is null ? members : [.. members, $"\"{field}\":{value}"]) + "}";

            AssertForwarded("missing_field", json);
        }
    }

    [Theory]
    [InlineData("\"email\":5", "\"email\":\"ann@example.com\"")]
    [InlineData("\"partner_key\":5", "\"partner_key\":\"partner\"")]
    [InlineData("\"partner_key\":true", "\"partner_key\":\"partner\"")]
    public void A_required_field_of_another_type_is_forwarded(string member, string original)
        => AssertForwarded("invalid_field", Read.Body().Replace(original, member, StringComparison.Ordinal));

    [Theory]
    [InlineData("\"name\":5")]
    [InlineData("\"name\":[]")]
    [InlineData("\"provider_key\":5")]
    [InlineData("\"member_key\":{}")]
    [InlineData("\"meta\":\"text\"")]
    [InlineData("\"meta\":[1]")]
    [InlineData("\"meta\":1")]
    public void An_optional_field_of_another_type_is_forwarded(string member)
        => AssertForwarded("invalid_field", Read.Body(more: member));

    [Theory]
    [InlineData("\"name\":null")]
    [InlineData("\"provider_key\":null")]
    [InlineData("\"member_key\":null")]
    [InlineData("\"meta\":null")]
    [InlineData("\"meta\":{}")]
    [InlineData("\"meta\":{ }")]
    [InlineData("\"name\":\"\"")]
    [InlineData("\"unknown\":{\"deep\":[{}]}")]
    [InlineData("\"Email\":5,\"NAME\":5")] // JSON names differ by case.
    public void Null_empty_and_unknown_are_no_obstacle(string member)
    {
        var (request, reason) = Read.V2(Read.Body(more: member));

        Assert.NotNull(request);
        Assert.Null(reason);
        Assert.Null(request.Meta);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("@b.c")]
    [InlineData("ab@")]
    [InlineData("a@b@c")]
    [InlineData("a b@c.de")]
    [InlineData("ab@c.de ")]
    [InlineData("ab@c.de\\n")]
    [InlineData("a@b")]
    public void An_email_that_the_Customer_API_would_refuse_is_forwarded(string email)
        => AssertForwarded("invalid_field", Read.Body().Replace("ann@example.com", email, StringComparison.Ordinal));

    [Theory]
    [InlineData("a@bc")]
    [InlineData("Ann+tag@EXAMPLE.com")]
    [InlineData("jörg@müller.example")]
    [InlineData("\\u0061nn@example.com")]
    public void An_email_that_it_would_take_is_converted(string email)
        => Assert.NotNull(Read.V2(Read.Body().Replace("ann@example.com", email, StringComparison.Ordinal)).Request);

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void An_email_has_at_most_255_characters(int length, bool converted)
        => Assert.Equal(converted, Read.V2(Read.Body().Replace("ann", new string('a', length - "@example.com".Length), StringComparison.Ordinal)).Request is not null);

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void A_name_has_at_most_100_characters(int length, bool converted)
        => Assert.Equal(converted, Read.V2(Read.Body(more: $"\"name\":\"{new string('ß', length)}\"")).Request is not null);

    [Theory]
    [InlineData("x", 255, true)]
    [InlineData("x", 256, false)]
    [InlineData("€", 85, true)]
    [InlineData("€", 86, false)]
    [InlineData("\\u20ac", 85, true)]
    [InlineData("\\u20ac", 86, false)]
    public void A_key_has_at_most_255_bytes(string letter, int times, bool converted)
    {
        var (request, reason) = Read.V2(Read.Body($"\"{string.Concat(Enumerable.Repeat(letter, times))}\""));

        Assert.Equal(converted, request is not null);
        Assert.Equal(converted ? null : "key_too_long", reason);
    }

    [Theory]
    [InlineData("\"customer_key\":\"c-1\"")]
    [InlineData("\"customer_key\":\"c-2\"")]
    [InlineData("\"customer_\\u006bey\":\"c-2\"")]
    [InlineData("\"email\":\"ann@example.com\"")]
    [InlineData("\"x\":1,\"x\":1")]
    [InlineData("\"meta\":{\"a\":1,\"a\":2}")]
    [InlineData("\"meta\":{\"a\":{\"b\":[{\"c\":1,\"\\u0063\":2}]}}")]
    [InlineData("\"unknown\":[[{\"a\":1,\"a\":1}]]")]
    public void A_name_that_stands_twice_at_any_depth_is_forwarded(string member)
        => AssertForwarded("malformed_json", Read.Body(more: member));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{}}")]
    [InlineData("{} {}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{a:1}")]
    [InlineData("{'a':1}")]
    [InlineData("/* */{}")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    [InlineData("42")]
    [InlineData("customer_key=c-1&email=ann%40example.com")]
    [InlineData("<customer/>")]
    public void What_is_no_JSON_object_is_forwarded(string body)
        => AssertForwarded("malformed_json", body);

    [Theory]
    [InlineData("]")]
    [InlineData("x")]
    [InlineData("\0")]
    [InlineData("{\"a\":1}")]
    public void Something_behind_the_object_is_forwarded(string junk)
        => AssertForwarded("malformed_json", Read.Body() + junk);

    [Fact]
    public void White_space_around_the_object_is_no_obstacle()
        => Assert.NotNull(Read.V2("\r\n\t " + Read.Body() + " \n").Request);

    [Fact]
    public void A_byte_order_mark_is_skipped()
    {
        var (marked, plain) = (Read.V2("\uFEFF" + Read.Body()).Request, Read.V2(Read.Body()).Request);

        // The same request, so that one with and one without are no different duplicates.
        Assert.Equal(plain, marked);
    }

    [Theory]
    [InlineData("\uFEFF\uFEFF")]
    [InlineData(" \uFEFF")]
    public void Only_one_mark_and_only_at_the_beginning(string before)
        => AssertForwarded("malformed_json", before + Read.Body());

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0x80 })] // an overlong NUL
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })] // a surrogate in UTF-8
    [InlineData(new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    public void Bytes_that_are_not_UTF8_are_forwarded_wherever_they_stand(byte[] bytes)
    {
        foreach (var body in (string[])[Read.Body("\"c-§\""), Read.Body(more: "\"name\":\"§\""), Read.Body(more: "\"meta\":{\"a\":\"§\"}"), Read.Body(more: "\"§\":1")])
        {
            var (before, behind) = (body[..body.IndexOf('§', StringComparison.Ordinal)], body[(body.IndexOf('§', StringComparison.Ordinal) + 1)..]);

            var (request, reason) = Read.V2([.. Encoding.UTF8.GetBytes(before), .. bytes, .. Encoding.UTF8.GetBytes(behind)]);

            Assert.Null(request);
            Assert.Equal("malformed_json", reason);
        }
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-32")]
    public void Other_encodings_are_forwarded(string encoding)
    {
        var (request, reason) = Read.V2(Encoding.GetEncoding(encoding).GetBytes(Read.Body()));

        Assert.Null(request);
        Assert.Equal("malformed_json", reason);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void Nesting_deeper_than_anyone_means_is_forwarded(int depth, bool converted)
    {
        var nested = Read.Body(more: $"\"meta\":{{\"a\":{new string('[', depth)}{new string(']', depth)}}}");

        Assert.Equal(converted, Read.V2(nested).Request is not null);
    }

    [Fact]
    public void The_meta_outlives_the_body_it_was_read_from()
    {
        var body = Encoding.UTF8.GetBytes(Read.Body(more: "\"meta\":{\"a\":\"b\"}"));
        var (request, _) = Read.V2(body);
        Array.Clear(body);

        Assert.Equal("""{"a":"b"}""", Encoding.UTF8.GetString(request!.Meta!.Value.Span));
    }

    private static void AssertForwarded(string expectedReason, string json)
    {
        var (request, reason) = Read.V2(json);

        Assert.Null(request);
        Assert.Equal(expectedReason, reason);
    }
}

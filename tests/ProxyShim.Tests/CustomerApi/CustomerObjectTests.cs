using System.Text;
using System.Text.Json.Nodes;
using ProxyShim.Clicks;
using ProxyShim.CustomerApi;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

/// <summary>The answer to a conversion: CONTRACT.md, the success envelope with the Customer object.</summary>
public class CustomerObjectTests
{
    private static readonly DateTimeOffset s_created = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    [Fact]
    public void Has_every_documented_field()
    {
        var request = Read.Request("c-1", "ann@example.com", "Ann \"Ä\" 😀", "cus_9", """{"plan": "pro"}""");

        AssertJson(
            """
            {
              "data": {
                "key": "c-1", "customer_key": "c-1", "email": "ann@example.com", "name": "Ann \"Ä\" 😀", "provider_key": "cus_9", "partner_key": "partner",
                "partnership_key": null, "meta": {"plan": "pro"}, "test": false, "source_key": null, "source_type": null, "sub_ids": ["a", "b"],
                "created_at": 1772600767089, "updated_at": 1772600767089, "fields": []
              },
              "message": "Customer successfully created",
              "status": 200
            }
            """,
            CustomerObject.Envelope(CustomerApiVersion.V2, request, ["a", "b"], 200, s_created, test: false));
    }

    [Fact]
    public void What_the_request_did_not_say_is_null_or_empty_never_missing()
        => AssertJson(
            """
            {
              "rdata": {
                "key": "42", "customer_key": "42", "email": "ann@example.com", "name": null, "provider_key": null, "partner_key": "partner",
                "partnership_key": null, "meta": {}, "test": true, "source_key": null, "source_type": null, "sub_ids": [],
                "created_at": 1772600767089, "updated_at": 1772600767089, "fields": []
              },
              "message": "Customer successfully created",
              "status": 202
            }
            """,
            CustomerObject.Envelope(CustomerApiVersion.V1, Read.Request("42"), null, 202, s_created, test: true));

    [Fact]
    public void Without_a_click_there_are_no_sub_ids()
    {
        var envelope = CustomerObject.Envelope(CustomerApiVersion.V2, Read.Request(), subIds: null, 200, s_created, test: false);

        Assert.Empty(JsonNode.Parse(envelope.Span)!["data"]!["sub_ids"]!.AsArray());
    }

    private static Click Click(IReadOnlyList<string>? subIds)
    {
        Assert.True(Xid.TryParse("xid-1", out var xid));
        return new Click(xid, SubIds: subIds);
    }

    private static void AssertJson(string expected, ReadOnlyMemory<byte> actual)
        => Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual.Span)), $"Expected {expected}, but it is {Encoding.UTF8.GetString(actual.Span)}");
}

using System.Text.Json.Nodes;
using ProxyShim.CustomerApi;
using ProxyShim.Primitives;
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
            new CustomerObject(CustomerApiVersion.V2, request, ["a", "b"], s_created, Test: false),
            status: 200);
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
            new CustomerObject(CustomerApiVersion.V1, Read.Request("42"), null, s_created, Test: true),
            status: 202);

    [Fact]
    public void Without_a_click_there_are_no_sub_ids()
    {
        var customer = new CustomerObject(CustomerApiVersion.V2, Read.Request(), SubIds: null, s_created, Test: false);

        Assert.Empty(Written(customer, 200)["data"]!["sub_ids"]!.AsArray());
    }

    private static JsonNode Written(CustomerObject customer, int status) =>
        JsonNode.Parse(JsonText.WriteShared((customer, status), static (json, of) => of.customer.Write(json, of.status)))!;

    private static void AssertJson(string expected, CustomerObject customer, int status)
    {
        var actual = Written(customer, status);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"Expected {expected}, but it is {actual}");
    }
}

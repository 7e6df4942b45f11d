using System.Text.Json.Nodes;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>The Customer object of CONTRACT.md.</summary>
internal static class CustomerJson
{
    /// <summary>As the answer to its creation shows it: <c>meta</c> holds the custom fields.</summary>
    public static JsonObject Created(SimulatedCustomer customer)
    {
        var meta = JsonNode.Parse(customer.Meta)!.AsObject();
        return new()
        {
            ["key"] = customer.Key,
            ["customer_key"] = customer.CustomerKey,
            ["email"] = customer.Email,
            ["name"] = customer.Name,
            ["provider_key"] = customer.ProviderKey,
            ["partner_key"] = customer.PartnerKey,
            ["partnership_key"] = $"part_{customer.PartnerKey}",
            ["meta"] = meta,
            ["test"] = customer.Test,
            ["source_key"] = customer.Xid,
            ["source_type"] = customer.Origin is CustomerOrigin.Conversion ? "click" : "api",
            ["sub_ids"] = new JsonArray([.. customer.SubIds.Select(static id => JsonValue.Create(id))]),
            ["created_at"] = customer.CreatedAt.ToUnixTimeMilliseconds(),
            ["updated_at"] = customer.UpdatedAt.ToUnixTimeMilliseconds(),
            ["fields"] = new JsonArray([.. meta.Select(static field =>
                new JsonObject { ["api_name"] = field.Key, ["value"] = field.Value?.DeepClone() })]),
        };
    }

    /// <summary>As a read shows it: <c>meta</c> is empty and <c>mdata</c> holds the custom fields (CONTRACT.md, "Field").</summary>
    public static JsonObject Read(SimulatedCustomer customer, Handling handling)
    {
        var json = Created(customer with { Test = customer.Test ^ handling.FlipTest });
        json["mdata"] = json["meta"]!.DeepClone();
        json["meta"] = new JsonObject();
        return json;
    }
}

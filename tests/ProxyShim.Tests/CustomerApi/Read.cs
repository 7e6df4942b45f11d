using System.Text;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

/// <summary>Requests for tests.</summary>
internal static class Read
{
    /// <summary>A v2 body that converts; <paramref name="more"/> are further members, such as <c>"name":"Ann"</c>.</summary>
    public static string Body(string key = "\"c-1\"", string more = "")
        => $$"""{"customer_key":{{key}},"email":"ann@example.com","partner_key":"partner"{{(more.Length > 0 ? "," + more : "")}}}""";

    /// <summary>What the reader makes of a v2 body.</summary>
    public static (CustomerRequest? Request, string? Reason) V2(string json) => V2(Encoding.UTF8.GetBytes(json));

    /// <inheritdoc cref="V2(string)"/>
    public static (CustomerRequest? Request, string? Reason) V2(byte[] json)
        => (CustomerRequestReader.Read(json, CustomerApiVersion.V2, out var reason), reason);

    /// <summary>A request that converts.</summary>
    public static CustomerRequest Request(string key = "c-1", string email = "ann@example.com", string? name = null, string? providerKey = null, string? meta = null)
    {
        Assert.True(CustomerKey.TryCreate(key, out var customerKey));
        ReadOnlyMemory<byte>? json = null;
        if (meta is not null)
        {
            json = Encoding.UTF8.GetBytes(meta);
        }

        return new CustomerRequest(customerKey, email, "partner", name, providerKey, json);
    }
}

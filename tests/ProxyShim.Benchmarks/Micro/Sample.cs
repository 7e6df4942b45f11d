using System.Text;
using ProxyShim.Clicks;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;

namespace ProxyShim.Benchmarks.Micro;

/// <summary>One customer and one click, as the load harness sends and seeds them.</summary>
internal static class Sample
{
    public const string Xid = "xid_0000001_9bq3TtLs0a";

    public static readonly byte[] Body =
        """{"customer_key":"c0000001","email":"c0000001@example.com","partner_key":"acme","name":"Ada Lovelace","meta":{"plan":"pro","seats":12}}"""u8.ToArray();

    public static readonly byte[] StoredClick = Encoding.UTF8.GetBytes(
        $$"""{"xid":"{{Xid}}","partner_key":"acme","sub_ids":["spring"],"origin":"acme.com","ip_address":"203.0.113.7","user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36","clicked_at":1750000000000}""");

    public static CustomerRequest Request { get; } = CustomerRequestReader.Read(Body, CustomerApiVersion.V2, out _)!;

    public static Click Click { get; } = ClickReader.FromString(StoredClick)!;
}

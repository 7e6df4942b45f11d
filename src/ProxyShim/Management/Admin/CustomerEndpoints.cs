using ProxyShim.Customers;
using ProxyShim.Http;

namespace ProxyShim.Management.Admin;

/// <summary>One customer's life, for whoever knows the <c>customer_key</c> already.</summary>
internal static class CustomerEndpoints
{
    public const string Conversions = "/admin/conversions/";

    public static void Map(AdminRoutes routes, CustomerSearch customers) =>
        routes.Map("GET", Conversions + "{**key}", context => FindAsync(context, customers));

    private static async Task FindAsync(HttpContext context, CustomerSearch customers)
    {
        // The raw target: a customer_key may hold anything, an escaped slash too.
        var path = RawTarget.PathOf(RawTarget.Of(context));
        var raw = path.StartsWith(Conversions, StringComparison.Ordinal) ? path[Conversions.Length..] : "";
        var found = CustomerKey.TryCreate(Uri.UnescapeDataString(raw), out var key) ? await customers.FindAsync(key) : default;
        await (found.Entry is { } entry
            ? AdminReply.WriteAsync(context, ShownCustomer.Of(entry, found.Click, customers.RefOf(key)), AdminJson.Default.ShownCustomer)
            : AdminReply.FailAsync(context, StatusCodes.Status404NotFound, found.Click is { } click
                ? $"The ledger does not know this customer, but Redis has a click: {click.Xid}. The app has not reported the customer yet."
                : "The ledger does not know this customer."));
    }
}

using ProxyShim.Customers;
using ProxyShim.Http;

namespace ProxyShim.Management.Admin;

/// <summary>One customer's life, for an operator who knows the <c>customer_key</c> already, or what the log calls the customer.</summary>
internal sealed class CustomerEndpoints(CustomerLookup customers) : IAdminEndpoints
{
    public const string Conversions = "/admin/conversions/";
    public const string Customers = "/admin/customers/";

    private const string Nobody = "The ledger does not know this customer.";
    private const string Forgotten = "This replica has not seen that name lately; look for the customer_key.";

    public void Map(AdminRoutes routes)
    {
        routes.Map("GET", Conversions + "{**key}", (context, _) => FindAsync(context, customers));
        routes.Map("GET", Customers + "{**name}", (context, _) => FindByNameAsync(context, customers));
    }

    private static async Task FindAsync(HttpContext context, CustomerLookup customers)
    {
        var found = CustomerKey.TryCreate(LastOf(context, Conversions), out var key) ? await customers.FindAsync(key) : new FoundCustomer(null, null, null, [], []);
        await WriteAsync(context, customers, found, Nobody);
    }

    private static async Task FindByNameAsync(HttpContext context, CustomerLookup customers) =>
        await WriteAsync(context, customers, await customers.FindByNameAsync(LastOf(context, Customers)), Forgotten);

    private static Task WriteAsync(HttpContext context, CustomerLookup customers, FoundCustomer found, string nobody)
    {
        if (found.Entry is { } entry)
        {
            return AdminReply.WriteAsync(context, ShownCustomer.Of(entry, found), AdminJson.Default.ShownCustomer);
        }

        var error = found.Click is { } click
            ? $"The ledger does not know this customer, but Redis has a click: {click.Xid}. The app has not reported the customer yet."
            : found.Decisions.Count > 0 ? Nobody : nobody;

        // The one who is looked for may be among those who were not read.
        var unread = found.Decisions.Count > 0 ? [] : UnreadCreations.Of(customers.Unread);
        return AdminReply.WriteAsync(
            context, new UnknownCustomer(error, [.. found.Decisions.Select(ShownDecision.Of)], unread), AdminJson.Default.UnknownCustomer,
            StatusCodes.Status404NotFound);
    }

    // The raw target: a customer_key may hold anything, an escaped slash too. A path that only means the same after decoding names no customer.
    private static string LastOf(HttpContext context, string prefix)
    {
        var path = RawTarget.PathOf(RawTarget.Of(context));
        return path.StartsWith(prefix, StringComparison.Ordinal) ? Uri.UnescapeDataString(path[prefix.Length..]) : "";
    }
}

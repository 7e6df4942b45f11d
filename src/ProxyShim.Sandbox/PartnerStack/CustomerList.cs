using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>The answer to <c>GET /api/v2/customers</c>: newest first unless <c>order_by=created_at</c>; the parameters are CONTRACT.md's.</summary>
internal static class CustomerList
{
    private const int DefaultLimit = 10;
    private const int LargestLimit = 250;

    public static Answer Of(IReadOnlyList<SimulatedCustomer> customers, string queryString, Handling handling)
    {
        var query = QueryHelpers.ParseQuery(queryString);
        if (!TryNumber("limit", DefaultLimit, out var limit) || limit is < 1 or > LargestLimit)
        {
            return Answer.Failure(400, $"limit must be a number from 1 to {LargestLimit}");
        }

        if (!TryNumber("min_created", 0, out var earliest) || !TryNumber("max_created", long.MaxValue, out var latest))
        {
            return Answer.Failure(400, "min_created and max_created must be epoch milliseconds");
        }

        var ordered = customers
            .Where(customer => customer.CreatedAt.ToUnixTimeMilliseconds() is var created && created >= earliest && created <= latest)
            .OrderByDescending(static customer => customer.CreatedAt)
            .ThenByDescending(static customer => customer.Key, StringComparer.Ordinal);
        IEnumerable<SimulatedCustomer> items = Text("order_by") == "created_at" ? ordered.Reverse() : ordered;
        if (Text("starting_after") is { Length: > 0 } after)
        {
            items = items.SkipWhile(customer => !Is(customer, after)).Skip(1);
        }

        if (Text("ending_before") is { Length: > 0 } before)
        {
            items = items.TakeWhile(customer => !Is(customer, before));
        }

        var page = items.Take((int)limit + 1).ToArray();
        return Answer.Success("data", Page([.. page.Take((int)limit).Select(customer => CustomerJson.Read(customer, handling))], page.Length > limit), "Customers successfully retrieved");

        string Text(string name) => query.GetValueOrDefault(name).ToString();

        bool TryNumber(string name, long absent, out long value)
        {
            value = absent;
            return !query.TryGetValue(name, out var text) || long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out value);
        }
    }

    public static JsonObject Page(JsonArray items, bool hasMore) => new() { ["items"] = items, ["has_more"] = hasMore };

    private static bool Is(SimulatedCustomer customer, string identifier) => customer.Key == identifier || customer.CustomerKey == identifier;
}

namespace ProxyShim.Telemetry;

/// <summary>Names a request's route in the log without its identifiers: a path may hold a customer_key, and a customer_key may be an e-mail address.</summary>
internal static class RouteName
{
    /// <summary>A method that HTTP does not know.</summary>
    public const string OtherMethod = "OTHER";

    private const string Other = "other";

    private static readonly string[] s_prefixes = ["/api/v2/", "/v1/"];

    private static readonly string[] s_resources =
        ["customers", "partnerships", "transactions", "actions", "deals", "leads", "groups", "rewards", "webhooks"];

    // By what stands before the identifier.
    private static readonly Dictionary<string, (string All, string One)>.AlternateLookup<ReadOnlySpan<char>> s_routes = s_prefixes
        .SelectMany(static prefix => s_resources.Select(resource => prefix + resource))
        .ToDictionary(static path => path, static path => (path, $"{path}/{{key}}"), StringComparer.Ordinal)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly HashSet<string> s_methods = new(StringComparer.Ordinal)
    {
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
    };

    /// <summary><c>/api/v2/customers</c>, <c>/api/v2/customers/{key}</c>, <c>/v1/…</c> likewise; <c>other</c> for what the Customer API does not document.</summary>
    public static string OfPath(ReadOnlySpan<char> path)
    {
        foreach (var prefix in s_prefixes)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal))
            {
                var rest = path[prefix.Length..].TrimEnd('/');
                var slash = rest.IndexOf('/');
                var resource = path[..(prefix.Length + (slash < 0 ? rest.Length : slash))];
                return !s_routes.TryGetValue(resource, out var route) ? Other : slash < 0 ? route.All : route.One;
            }
        }

        return Other;
    }

    /// <summary>Whether it is a call that creates a customer, by what the log calls its method and its route.</summary>
    public static bool IsCreation(string method, string route) => method == "POST" && route is ("/api/v2/customers" or "/v1/customers");

    /// <summary>Whether it is a call that reports a transaction, likewise.</summary>
    public static bool IsSale(string method, string route) => method == "POST" && route is ("/api/v2/transactions" or "/v1/transactions");

    /// <summary>The method, or <c>OTHER</c>: a caller may invent one, and its invention does not belong into the log.</summary>
    public static string OfMethod(string method) => s_methods.Contains(method) ? method : OtherMethod;
}

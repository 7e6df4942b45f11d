using System.Text.Json;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Primitives;

namespace ProxyShim.FollowUps;

/// <summary>A call about a customer who exists already, as far as the caller knows.</summary>
/// <param name="Kind">What it wants.</param>
/// <param name="Version">Whose envelope it expects.</param>
internal sealed record FollowUp(FollowUpKind Kind, CustomerApiVersion Version, CustomerKey CustomerKey)
{
    private const string Transactions = "/api/v2/transactions";

    /// <summary>The answer that the shim gives instead of the Customer API's; null leaves that one as it is.</summary>
    public CreationAnswer? Instead { get; set; }

    /// <summary>A call that names its customer in the path; null for any other.</summary>
    public static FollowUp? OfPath(string method, ReadOnlySpan<char> rawPath)
    {
        FollowUpKind? kind = method switch
        {
            "GET" or "HEAD" => FollowUpKind.Read,
            "DELETE" => FollowUpKind.Delete,
            "PATCH" or "PUT" => FollowUpKind.Write,
            _ => null,
        };
        foreach (var version in CustomerApiVersion.All)
        {
            if (kind is { } known && rawPath.StartsWith(version.Path, StringComparison.Ordinal) && rawPath[version.Path.Length..] is ['/', .. var rest])
            {
                rest = rest.TrimEnd('/');
                return !rest.Contains('/') && CustomerKey.TryCreate(Uri.UnescapeDataString(rest), out var key) ? new FollowUp(known, version, key) : null;
            }
        }

        return null;
    }

    /// <summary>Whether the call may name its customer in its body.</summary>
    public static bool MayNameItInBody(string method, ReadOnlySpan<char> rawPath) =>
        method == "POST" && rawPath.TrimEnd('/').SequenceEqual(Transactions);

    /// <summary>A call that names its customer in its body; null when it does not.</summary>
    public static FollowUp? OfBody(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(ByteOrderMark.Skip(body));
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("customer_key", out var value) && value.ValueKind == JsonValueKind.String
                && CustomerKey.TryCreate(value.GetString(), out var key)
                    ? new FollowUp(FollowUpKind.Write, CustomerApiVersion.V2, key)
                    : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

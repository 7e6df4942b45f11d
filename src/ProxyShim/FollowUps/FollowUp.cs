using System.Text.Json;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Primitives;
using ProxyShim.Telemetry;

namespace ProxyShim.FollowUps;

/// <summary>A call about a customer who exists already, as far as the caller knows.</summary>
/// <param name="Kind">What it wants.</param>
/// <param name="Version">Whose envelope it expects.</param>
internal sealed record FollowUp(FollowUpKind Kind, CustomerApiVersion Version, CustomerKey CustomerKey)
{
    /// <summary>The Customer API takes it although it does not know the customer yet, and nothing comes of it.</summary>
    public bool AnswersTooEarly { get; init; }

    /// <summary>Of one that names its customer in it; good until the call is forwarded.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The money that a transaction reports, where that is to be told.</summary>
    public Sale Sale { get; set; }

    /// <summary>Whether the ledger has been asked for <see cref="Referral"/>.</summary>
    public bool IsLookedUp { get; set; }

    /// <summary>What brought the customer, where the ledger knows it.</summary>
    public Referral? Referral { get; set; }

    /// <summary>Of a deletion: whose customer_key it is that it names, as PartnerStack showed before; null where it did not.</summary>
    public CustomerKey? Owner { get; set; }

    /// <summary>The answer that the shim gives instead of the Customer API's; null leaves that one as it is.</summary>
    public CreationAnswer? Replacement { get; set; }

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

    /// <summary>Which calls name their customer in the body; null for any other.</summary>
    public static (FollowUpTable Row, CustomerApiVersion Version)? RowOf(string method, ReadOnlySpan<char> rawPath)
    {
        if (method != HttpMethods.Post)
        {
            return null;
        }

        foreach (var version in CustomerApiVersion.All)
        {
            if (rawPath.StartsWith(version.Base, StringComparison.Ordinal))
            {
                var resource = rawPath[version.Base.Length..].TrimEnd('/');
                foreach (var row in FollowUpTable.Rows)
                {
                    if (resource.SequenceEqual(row.Resource))
                    {
                        return (row, version);
                    }
                }
            }
        }

        return null;
    }

    /// <summary>A call that names its customer in its body; null when it does not.</summary>
    public static FollowUp? OfBody(FollowUpTable row, CustomerApiVersion version, ReadOnlyMemory<byte> body)
    {
        var json = ByteOrderMark.Skip(body).Span;
        Span<Range> values = stackalloc Range[2];
        try
        {
            return JsonMembers.TryFind(json, row.Names, values)
                && (row.Where is not { } where || JsonMembers.TextOf(json[values[1]]) == where.Value)
                && CustomerKey.TryCreate(JsonMembers.TextOf(json[values[0]]), out var key)
                    ? new FollowUp(FollowUpKind.Write, version, key) { AnswersTooEarly = row.AnswersTooEarly, Body = body }
                    : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text;
using ProxyShim.Telemetry;

namespace ProxyShim.CustomerApi;

/// <summary>One version of the call that creates a customer; the versions differ in names only.</summary>
/// <param name="Path">The request path.</param>
/// <param name="KeyName">The request's name for the customer_key.</param>
/// <param name="DataName">The envelope's name for the Customer object.</param>
internal sealed record CustomerApiVersion(string Path, string KeyName, string DataName)
{
    public static readonly CustomerApiVersion V2 = new("/api/v2/customers", "customer_key", "data");
    public static readonly CustomerApiVersion V1 = new("/v1/customers", "key", "rdata");

    /// <summary>What the paths of this version's resources begin with.</summary>
    public string Base { get; } = Path[..(Path.LastIndexOf('/') + 1)];

    private readonly byte[] _keyName = Encoding.UTF8.GetBytes(KeyName);

    /// <summary><see cref="KeyName"/> as it stands in a body.</summary>
    public ReadOnlySpan<byte> KeyNameUtf8 => _keyName;

    // Every letter escaped, and some slashes.
    private const int MostOddLength = 64;

    private static readonly CustomerApiVersion[] s_all = [V2, V1];

    public static ReadOnlySpan<CustomerApiVersion> All => s_all;

    /// <summary>Whether the request creates a customer. The raw target decides: an escaped or differently cased path is not ours to interpret.</summary>
    public static bool TryMatch(string method, ReadOnlySpan<char> rawPath, [NotNullWhen(true)] out CustomerApiVersion? version)
    {
        version = null;
        if (method != HttpMethods.Post)
        {
            return false;
        }

        foreach (var candidate in All)
        {
            if (rawPath.StartsWith(candidate.Path, StringComparison.Ordinal) && rawPath[candidate.Path.Length..] is "" or "/")
            {
                version = candidate;
                return true;
            }
        }

        return false;
    }

    /// <summary>What keeps a request from creating a customer that is meant to, by the looks of it: a reason of the log; null for one that is something else.</summary>
    public static string? OddityOf(string method, ReadOnlySpan<char> rawPath)
    {
        if (!HttpMethods.IsPost(method) || rawPath.Length > MostOddLength)
        {
            return null;
        }

        var path = string.Join('/', Uri.UnescapeDataString(rawPath).Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var candidate in All)
        {
            if (path.Equals(candidate.Path[1..], StringComparison.OrdinalIgnoreCase))
            {
                return method == HttpMethods.Post ? Reasons.UnusualPath : Reasons.UnusualMethod;
            }
        }

        return null;
    }
}

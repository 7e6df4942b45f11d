using System.Security.Cryptography;
using System.Text;

namespace ProxyShim.CustomerApi;

/// <summary>Knows who may convert.</summary>
internal sealed class Callers
{
    /// <summary>What the log calls a caller who presents no known pair where anyone may convert.</summary>
    public const string Anonymous = "anonymous";

    private const string Scheme = "Basic ";

    // Far above any real pair; a longer header is not one.
    private const int MaxCredentialsLength = 1024;

    private readonly (string Name, byte[] Credentials)[] _known;
    private readonly bool _allowAnonymous;

    public Callers(CustomerApiSettings settings)
    {
        _known = [.. settings.Callers.Select(pair => (pair.Name, Encoding.UTF8.GetBytes($"{pair.PublicKey}:{pair.SecretKey.Reveal()}")))];
        _allowAnonymous = settings.AllowAnonymous;
    }

    /// <summary>Of all who have a pair of the settings.</summary>
    public IEnumerable<string> Names => _known.Select(static known => known.Name).Distinct(StringComparer.Ordinal);

    /// <summary>Whether that name, of <see cref="Identify"/>, is of a caller with a pair of the settings.</summary>
    public static bool IsKnown(string? name) => name is not null and not Anonymous;

    /// <summary>The caller's name, or null for one that may not convert.</summary>
    public string? Identify(string? authorization)
    {
        string? name = null;
        Span<byte> presented = stackalloc byte[MaxCredentialsLength];
        if (authorization is not null
            && authorization.Length <= MaxCredentialsLength
            && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && Convert.TryFromBase64Chars(authorization.AsSpan(Scheme.Length).Trim(), presented, out var length))
        {
            // Every pair is compared, in constant time, so that the time taken tells nothing about any of them.
            foreach (var (candidate, credentials) in _known)
            {
                name = CryptographicOperations.FixedTimeEquals(credentials, presented[..length]) ? candidate : name;
            }
        }

        return name ?? (_allowAnonymous ? Anonymous : null);
    }
}

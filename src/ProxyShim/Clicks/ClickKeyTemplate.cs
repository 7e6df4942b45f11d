using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using ProxyShim.Customers;
using StackExchange.Redis;

namespace ProxyShim.Clicks;

/// <summary>A Redis key with placeholders for what a request says of its customer, such as <c>click:{customer_key}</c>.</summary>
internal sealed class ClickKeyTemplate
{
    // A placeholder yields null when the customer lacks the value: then the template names no key.
    private static readonly Dictionary<string, Func<CustomerIdentity, string?>> s_placeholders = new(StringComparer.Ordinal)
    {
        ["customer_key"] = customer => NullIfEmpty(customer.CustomerKey),
        ["email"] = customer => Normalized(customer.Email),
        ["email_sha256"] = customer =>
            customer.EmailSha256 ?? (Normalized(customer.Email) is { } email ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email))) : null),
        ["provider_key"] = customer => NullIfEmpty(customer.ProviderKey),
    };

    // What a customer, or an app on its behalf, may choose freely. An address has an @, and a hash no choice.
    private static readonly string[] s_free = ["customer_key", "provider_key"];

    private readonly string _text;
    private readonly string[] _names;

    // What stands before the first placeholder. As bytes: it is written without being put together with the rest first.
    private readonly RedisKey _prefix;
    private readonly Func<CustomerIdentity, string?>[] _parts;

    private ClickKeyTemplate(string text, Func<CustomerIdentity, string?>[] parts, string[] names)
    {
        _text = text;
        _names = names;
        _prefix = Encoding.UTF8.GetBytes(text[..text.IndexOf('{', StringComparison.Ordinal)]);
        _parts = parts;
    }

    public static ClickKeyTemplate Default { get; } = Parse("click:{customer_key}");

    public static string PlaceholderNames { get; } = string.Join(", ", s_placeholders.Keys.Select(name => $"{{{name}}}"));

    /// <summary>The customer's Redis key, or null when a value that the template asks for is not known.</summary>
    public RedisKey? KeyOf(in CustomerIdentity customer)
    {
        if (_parts is [var only])
        {
            return only(customer) is { } value ? ((RedisKey)value).Prepend(_prefix) : default(RedisKey?);
        }

        var key = new StringBuilder();
        foreach (var part in _parts)
        {
            if (part(customer) is not { } value)
            {
                return null;
            }

            key.Append(value);
        }

        return ((RedisKey)key.ToString()).Prepend(_prefix);
    }

    /// <summary>Whether it may be one key for two customers: <c>{a}:{b}</c> is, for "x", "y:z" and "x:y", "z".</summary>
    public bool IsAmbiguous => _names.Count(name => name != "email_sha256") > 1;

    /// <summary>Whether one customer's key by this template may be another one's by that: a caller that chooses what fills the one could name the other.</summary>
    public bool Overlaps(ClickKeyTemplate other) =>
        _names.Concat(other._names).Any(name => s_free.Contains(name, StringComparer.Ordinal))
        && (Head.StartsWith(other.Head, StringComparison.Ordinal) || other.Head.StartsWith(Head, StringComparison.Ordinal))
        && (Tail.EndsWith(other.Tail, StringComparison.Ordinal) || other.Tail.EndsWith(Tail, StringComparison.Ordinal));

    /// <summary>What Redis finds its keys by (SCAN).</summary>
    public string Pattern => string.Concat(Escaped(Head), "*", Escaped(Tail));

    private static string Escaped(string text) => string.Concat(text.Select(character => @"\*?[]^".Contains(character, StringComparison.Ordinal) ? $"\\{character}" : $"{character}"));

    private string Head => _text[.._text.IndexOf('{', StringComparison.Ordinal)];

    private string Tail => _text[(_text.LastIndexOf('}') + 1)..];

    /// <summary>Reads a template; false when a brace is left open, a placeholder is unknown, or there is none at all.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ClickKeyTemplate? template)
    {
        template = null;
        var parts = new List<Func<CustomerIdentity, string?>>();
        var names = new List<string>();
        for (var rest = text; rest.Length > 0;)
        {
            var open = rest.IndexOf('{', StringComparison.Ordinal);
            var literal = open < 0 ? rest : rest[..open];
            if (literal.Length > 0 && names.Count > 0)
            {
                parts.Add(_ => literal);
            }

            if (open < 0)
            {
                break;
            }

            var close = rest.IndexOf('}', open);
            if (close < 0 || !s_placeholders.TryGetValue(rest[(open + 1)..close], out var placeholder))
            {
                return false;
            }

            parts.Add(placeholder);
            names.Add(rest[(open + 1)..close]);
            rest = rest[(close + 1)..];
        }

        if (names.Count == 0)
        {
            return false;
        }

        template = new ClickKeyTemplate(text, [.. parts], [.. names]);
        return true;
    }

    public override string ToString() => _text;

    private static ClickKeyTemplate Parse(string text) => TryParse(text, out var template) ? template : throw new FormatException(text);

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string? Normalized(string? email) => NullIfEmpty(email)?.Trim().ToLowerInvariant();
}

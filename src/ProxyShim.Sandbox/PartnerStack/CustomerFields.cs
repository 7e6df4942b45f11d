using System.Text.Json;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>The fields of a request that creates or changes a customer. An absent one is not among <see cref="Given"/>.</summary>
internal sealed class CustomerFields
{
    private readonly Dictionary<string, JsonElement> _given;

    private CustomerFields(Dictionary<string, JsonElement> given) => _given = given;

    public IReadOnlyCollection<string> Given => _given.Keys;

    public string? CustomerKey => Text(Field.CustomerKey);

    public string? Email => Text(Field.Email);

    public string? Meta => _given.TryGetValue(Field.Meta, out var meta) && meta.ValueKind is JsonValueKind.Object ? meta.GetRawText() : null;

    public string? Text(string field) => _given.TryGetValue(field, out var value) ? value.GetString() : null;

    /// <summary>Holds a body to CONTRACT.md's table; the first problem is the message.</summary>
    /// <param name="body">The body's JSON object.</param>
    /// <param name="keyField">What <c>customer_key</c> is called in this version of the API.</param>
    /// <param name="creates">Whether the required fields are required.</param>
    /// <param name="fields">The fields, when there is no problem.</param>
    /// <returns>The problem, or null.</returns>
    public static string? TryRead(JsonElement body, string keyField, bool creates, out CustomerFields fields)
    {
        var given = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        fields = new(given);
        foreach (var rule in Rules)
        {
            var name = rule.Field == Field.CustomerKey ? keyField : rule.Field;
            if (!body.TryGetProperty(name, out var value))
            {
                if (rule.Required && creates)
                {
                    return $"{name} is required";
                }

                continue;
            }

            if (rule.Problem(value) is { } problem)
            {
                return $"{name} {problem}";
            }

            given[rule.Field] = value;
        }

        return null;
    }

    private static readonly (string Field, bool Required, Func<JsonElement, string?> Problem)[] Rules =
    [
        (Field.Email, true, static value => NotText(value, 4, 255) ?? (PlausibleEmail(value.GetString()!) ? null : "must be a valid e-mail address")),
        (Field.PartnerKey, true, static value => NotText(value, 1)),
        (Field.CustomerKey, false, static value => NotTextOrNull(value)),
        (Field.MemberKey, false, static value => NotTextOrNull(value)),
        (Field.Name, false, static value => NotTextOrNull(value, 100)),
        (Field.ProviderKey, false, static value => NotTextOrNull(value)),
        (Field.Meta, false, static value => value.ValueKind is JsonValueKind.Object or JsonValueKind.Null ? null : "must be an object"),
    ];

    private static string? NotTextOrNull(JsonElement value, int longest = int.MaxValue) =>
        value.ValueKind is JsonValueKind.Null ? null : NotText(value, 0, longest);

    private static string? NotText(JsonElement value, int shortest, int longest = int.MaxValue)
    {
        if (value.ValueKind is not JsonValueKind.String)
        {
            return "must be a string";
        }

        var length = value.GetString()!.EnumerateRunes().Count();
        return length < shortest ? $"must have at least {shortest} characters"
            : length > longest ? $"must have at most {longest} characters"
            : null;
    }

    private static bool PlausibleEmail(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == email.LastIndexOf('@') && email.IndexOf('.', at) > at + 1 && !email.EndsWith('.') && !email.Any(char.IsWhiteSpace);
    }

    /// <summary>The names of version 2.</summary>
    internal static class Field
    {
        public const string CustomerKey = "customer_key";
        public const string Email = "email";
        public const string PartnerKey = "partner_key";
        public const string MemberKey = "member_key";
        public const string Name = "name";
        public const string ProviderKey = "provider_key";
        public const string Meta = "meta";
    }
}

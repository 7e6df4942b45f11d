namespace ProxyShim.Clicks;

/// <summary>A field of a call that creates a customer, where an app may put the click id that it has kept itself.</summary>
/// <param name="InMeta">It stands in <c>meta</c>.</param>
/// <param name="Name">Its name there.</param>
internal sealed record RequestField(bool InMeta, string Name)
{
    private const string Meta = "meta.";

    private const int MaxName = 64;

    // CONTRACT.md, POST /api/v2/customers and /v1/customers.
    private static readonly string[] s_taken = ["customer_key", "key", "email", "partner_key", "member_key", "name", "provider_key", "meta"];

    /// <summary>Takes <c>name</c> and <c>meta.name</c>; null for what the Customer API has for something else.</summary>
    public static RequestField? TryParse(string text)
    {
        var inMeta = text.StartsWith(Meta, StringComparison.Ordinal);
        var name = inMeta ? text[Meta.Length..] : text;
        return name.Length is > 0 and <= MaxName && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-') && (inMeta || !s_taken.Contains(name))
            ? new(inMeta, name)
            : null;
    }

    public override string ToString() => InMeta ? Meta + Name : Name;
}

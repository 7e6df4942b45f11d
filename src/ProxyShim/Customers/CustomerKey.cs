using System.Text;

namespace ProxyShim.Customers;

/// <summary>
/// The vendor's own id for a customer: the exact decoded string, never trimmed, folded or normalised. One conversion counts per key for the life of the account.
/// </summary>
internal readonly record struct CustomerKey
{
    /// <summary>The longest key that is converted, in UTF-8 bytes.</summary>
    public const int MaxUtf8Length = 255;

    private CustomerKey(string value) => Value = value;

    public string Value { get; }

    /// <summary>False when the text is absent, empty, or longer than <see cref="MaxUtf8Length"/> bytes.</summary>
    public static bool TryCreate(string? text, out CustomerKey key)
    {
        key = string.IsNullOrEmpty(text) ? default : new CustomerKey(text);
        return key.Value is not null && Encoding.UTF8.GetByteCount(text!) <= MaxUtf8Length;
    }

    public override string ToString() => "customer_key";
}

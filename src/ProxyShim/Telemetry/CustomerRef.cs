using System.Security.Cryptography;
using System.Text;
using ProxyShim.Customers;

namespace ProxyShim.Telemetry;

/// <summary>Names a customer in the log without telling who it is.</summary>
internal sealed class CustomerRef(PrivacySettings settings)
{
    // 128 bits: no two customers of one vendor share a name.
    private const int Bytes = 16;

    private readonly byte[] _key = settings.PseudonymKey ?? RandomNumberGenerator.GetBytes(32);

    /// <summary>32 hexadecimal digits, the key itself, or null, as <c>Privacy:CustomerRef</c> says.</summary>
    public string? Of(CustomerKey customerKey) => settings.CustomerRef switch
    {
        CustomerRefKind.Pseudonym => Pseudonym(customerKey),
        CustomerRefKind.Plain => customerKey.Value,
        _ => null,
    };

    private string Pseudonym(CustomerKey customerKey)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> utf8 = stackalloc byte[CustomerKey.MaxUtf8Length];
        var length = Encoding.UTF8.GetBytes(customerKey.Value, utf8);
        HMACSHA256.HashData(_key, utf8[..length], hash);
        return Convert.ToHexStringLower(hash[..Bytes]);
    }
}

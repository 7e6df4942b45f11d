using System.Security.Cryptography;
using System.Text;
using ProxyShim.Customers;
using ProxyShim.Telemetry.Output;

namespace ProxyShim.Telemetry;

/// <summary>Names in the log without telling who it is: a customer, and a partner or a subID that gives away somebody's address.</summary>
internal sealed class CustomerRef(PrivacySettings settings)
{
    // 128 bits: no two customers of one vendor share a name.
    private const int Bytes = 16;

    // Half the time goes into taking the key in: each thread has done so.
    [ThreadStatic]
    private static IncrementalHash? t_hmac;

    [ThreadStatic]
    private static byte[]? t_hmacKey;

    private readonly byte[] _key = settings.PseudonymKey ?? RandomNumberGenerator.GetBytes(32);

    /// <summary>32 hexadecimal digits, the key itself, or null, as <c>Privacy:CustomerRef</c> says.</summary>
    public string? Of(CustomerKey customerKey) => settings.CustomerRef switch
    {
        CustomerRefKind.Pseudonym => Pseudonym(customerKey),
        CustomerRefKind.Plain => customerKey.Value,
        _ => null,
    };

    /// <summary>A partner_key as it may be written down: itself, or 32 hexadecimal digits for one that looks like an e-mail address.</summary>
    /// <returns>One character longer than the log writes where it is cut, so that the log still tells.</returns>
    public string OfPartner(string key)
    {
        var name = AddressLike.Matches(key) ? Pseudonym(Encoding.UTF8.GetBytes(key)) : key;
        return name.Length <= LogLine.MaxText ? name : name[..(LogLine.MaxText + 1)];
    }

    /// <summary>SubIDs joined by |, each as <see cref="OfPartner"/> writes it; null for none.</summary>
    /// <returns>Longer than the log writes where it is cut there.</returns>
    public string? OfSubIds(IReadOnlyList<string>? subIds)
    {
        if (subIds is not { Count: > 0 })
        {
            return null;
        }

        if (subIds.Count == 1)
        {
            return OfPartner(subIds[0]);
        }

        var joined = new StringBuilder(OfPartner(subIds[0]));
        for (var position = 1; position < subIds.Count && joined.Length <= LogLine.MaxText; position++)
        {
            joined.Append('|').Append(OfPartner(subIds[position]));
        }

        return joined.ToString(0, Math.Min(joined.Length, LogLine.MaxText + 1));
    }

    private string Pseudonym(CustomerKey customerKey)
    {
        Span<byte> utf8 = stackalloc byte[CustomerKey.MaxUtf8Length];
        return Pseudonym(utf8[..Encoding.UTF8.GetBytes(customerKey.Value, utf8)]);
    }

    private string Pseudonym(ReadOnlySpan<byte> utf8)
    {
        if (t_hmac is not { } hmac || !ReferenceEquals(t_hmacKey, _key))
        {
            (t_hmac, t_hmacKey) = (hmac, _) = (IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key), _key);
        }

        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        hmac.AppendData(utf8);
        hmac.GetHashAndReset(hash);
        return Convert.ToHexStringLower(hash[..Bytes]);
    }
}

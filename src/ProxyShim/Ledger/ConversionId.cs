using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using ProxyShim.Customers;

namespace ProxyShim.Ledger;

/// <summary>A customer's place in the ledger: the partition, and the SHA-256 of the customer_key, so that no key of Redis tells who it is.</summary>
/// <param name="Partition">0–15: CRC-32 of the UTF-8 customer_key modulo 16, the same in every process and version.</param>
/// <param name="Hash">64 hexadecimal digits.</param>
internal readonly record struct ConversionId(int Partition, string Hash)
{
    /// <summary>How many partitions there are; fixed for ever, since it decides where an entry is looked for.</summary>
    public const int Partitions = 16;

    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdef");

    public static ConversionId Of(CustomerKey customerKey)
    {
        Span<byte> utf8 = stackalloc byte[CustomerKey.MaxUtf8Length];
        utf8 = utf8[..Encoding.UTF8.GetBytes(customerKey.Value, utf8)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8, hash);
        return new ConversionId((int)(Crc32.HashToUInt32(utf8) % Partitions), Convert.ToHexStringLower(hash));
    }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ConversionId? id)
    {
        id = text.Split('-') is [var partition, { Length: 64 } hash]
            && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < Partitions
            && !hash.AsSpan().ContainsAnyExcept(s_hexDigits)
                ? new ConversionId(number, hash)
                : null;
        return id is not null;
    }

    /// <summary>Of the first digits: each of them is as good as the whole, which is long to look through.</summary>
    public override int GetHashCode() => string.GetHashCode(Hash.AsSpan(0, Math.Min(16, Hash.Length)));

    /// <summary>A reference that names the entry without naming the customer: <c>07-9f86d0…</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Partition:00}-{Hash}");
}

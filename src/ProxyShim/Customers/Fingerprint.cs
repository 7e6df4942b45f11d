using System.Globalization;
using System.IO.Hashing;

namespace ProxyShim.Customers;

/// <summary>
/// 32 bits of a request, to tell a repeat from a different one. So short on purpose: it stays in the ledger for ever, and must not tell whose request it was.
/// </summary>
internal static class Fingerprint
{
    /// <summary>Eight hexadecimal digits.</summary>
    public static string Of(ReadOnlySpan<byte> body) => Crc32.HashToUInt32(body).ToString("x8", CultureInfo.InvariantCulture);
}

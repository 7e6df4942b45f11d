using CsCheck;
using ProxyShim.Ledger;
using Xunit;

namespace ProxyShim.Tests.Ledger;

public class ConversionIdTests
{
    // From Python: zlib.crc32(key.encode()) % 16, hashlib.sha256(key.encode()).hexdigest(). An entry is looked for where its key was put years ago.
    [Theory]
    [InlineData("123456789", 6, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225")]
    [InlineData("a", 3, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb")]
    [InlineData("cus_42", 0, "602014b94160fdac1abf17129820b3aaba8681eda75f833d94a73d044eb53140")]
    [InlineData("jos\u00e9@example.com", 5, "b0a53cf19e34d05b57bced7365c6b00ddbe38d62957e863de2a66a56c3b42cea")]
    public void Partition_and_hash_are_the_same_in_every_process_and_version(string customerKey, int partition, string hash)
    {
        var id = LedgerUnderTest.IdOf(customerKey);

        Assert.Equal((partition, hash), (id.Partition, id.Hash));
    }

    [Fact]
    public void Keys_are_told_apart_byte_by_byte()
    {
        // Trimming, folding or normalising would make two of these one customer.
        string[] keys = ["Key", "key", " key", "key ", "\u006be\u0301y", "k\u00e9y", "0042", "42"];

        Assert.Equal(keys.Length, keys.Select(LedgerUnderTest.IdOf).Distinct().Count());
    }

    [Fact]
    public void What_is_written_is_read() => Gen.String[1, 60].Sample(key =>
    {
        var id = LedgerUnderTest.IdOf(key);
        return ConversionId.TryParse(id.ToString(), out var read) && read == id && id.Partition is >= 0 and < ConversionId.Partitions;
    });

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("16-15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225")]
    [InlineData("-1-15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225")]
    [InlineData("06-15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb22")]
    [InlineData("06-15E2B0D3C33891EBB0F1EF609EC419420C20E320CE94C65FBC8C3312448EB225")]
    [InlineData("06-15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb22*")]
    public void Anything_else_names_no_conversion(string text) => Assert.False(ConversionId.TryParse(text, out _));

    [Fact]
    public void Customers_spread_over_all_partitions()
    {
        var counts = Enumerable.Range(0, 16_000).CountBy(number => LedgerUnderTest.IdOf($"cus_{number}").Partition).ToDictionary();

        Assert.Equal(ConversionId.Partitions, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 800, 1200));
    }
}

using ProxyShim.Management.Reporting;
using Xunit;

namespace ProxyShim.Tests.Management.Reporting;

public class CustomerTallyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(50_000)]
    public void Counts_as_a_dictionary_would(int customers)
    {
        var random = new Random(customers);
        UInt128[] names = [UInt128.Zero, UInt128.One << 70, .. Enumerable.Range(0, customers).Select(_ => new UInt128(0, (ulong)random.NextInt64() & ~1UL))];
        var (tally, expected, converted) = (new CustomerTally(), new HashSet<ulong>(), new HashSet<ulong>());

        for (var call = 0; call < 3 * customers; call++)
        {
            // The lowest bit is not told apart, nor the upper half: names that differ there only are one.
            var (name, converts) = (names[random.Next(names.Length)], random.Next(3) == 0);
            var key = Math.Max((ulong)name, 2);
            expected.Add(key);
            Assert.Equal(converts && converted.Add(key), tally.Add(name, converts));
        }

        Assert.Equal(expected.Count, tally.Count);
    }
}

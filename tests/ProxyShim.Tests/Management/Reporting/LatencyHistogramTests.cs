using CsCheck;
using ProxyShim.Management.Reporting;
using Xunit;

namespace ProxyShim.Tests.Management.Reporting;

public class LatencyHistogramTests
{
    [Fact]
    public void A_percentile_is_within_one_percent_of_the_nearest_rank() =>
        Gen.Select(Gen.Long[0, 60_000_000_000].Array[1, 200], Gen.OneOf(Gen.Const(0.5), Gen.Const(0.9), Gen.Const(0.99), Gen.Const(1.0))).Sample((microseconds, share) =>
        {
            var histogram = new LatencyHistogram();
            foreach (var value in microseconds)
            {
                histogram.Add(value / 1000.0);
            }

            var exact = microseconds.Order().ElementAt((int)Math.Ceiling(share * microseconds.Length) - 1) / 1000.0;
            Assert.InRange(histogram.Percentile(share), exact * 0.99, exact * 1.01);
            Assert.Equal(microseconds.Length, histogram.Count);
            Assert.Equal(microseconds.Max() / 1000.0, histogram.Max);
        });

    [Fact]
    public void Two_that_are_added_are_as_one() =>
        Gen.Select(Gen.Double[0, 10_000].Array[0, 50], Gen.Double[0, 10_000].Array[0, 50]).Sample((some, others) =>
        {
            var (sum, other, all) = (new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram());
            Array.ForEach(some, sum.Add);
            Array.ForEach(others, other.Add);
            Array.ForEach([.. some, .. others], all.Add);

            sum.Add(other);

            Assert.Equal((all.Count, all.Max), (sum.Count, sum.Max));
            Assert.All((double[])[0.1, 0.5, 0.95, 1], share => Assert.Equal(all.Percentile(share), sum.Percentile(share)));
        });

    [Fact]
    public void Without_values_it_says_0()
    {
        var histogram = new LatencyHistogram();

        Assert.Equal((0, 0.0, 0.0), (histogram.Count, histogram.Max, histogram.Percentile(0.5)));
    }

    [Fact]
    public void A_value_beyond_its_range_counts_as_the_largest()
    {
        var histogram = new LatencyHistogram();

        histogram.Add(double.MaxValue);

        Assert.Equal(1, histogram.Count);
        Assert.InRange(histogram.Percentile(1), 68_000_000, 69_000_000);
    }
}

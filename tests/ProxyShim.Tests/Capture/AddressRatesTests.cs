using System.Net;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Capture;
using Xunit;

namespace ProxyShim.Tests.Capture;

public class AddressRatesTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 50, TimeSpan.Zero));

    [Fact]
    public void An_address_has_its_number_a_minute_and_is_told_when_it_may_come_again()
    {
        var rates = new AddressRates(2, _time);
        var address = IPAddress.Parse("203.0.113.7");

        Assert.Equal([null, null, 10], Enumerable.Range(0, 3).Select(_ => rates.Count(address)));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(rates.Count(address));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", false)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", true)]
    [InlineData("203.0.113.7", "203.0.113.8", true)]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7", false)]
    public void Whoever_has_one_has_all_that_count_as_one(string first, string second, bool mayCall)
    {
        var rates = new AddressRates(1, _time);
        rates.Count(IPAddress.Parse(first));

        Assert.Equal(mayCall, rates.Count(IPAddress.Parse(second)) is null);
    }

    // A thousand that are shut out, and hardly anybody with them.
    [Fact]
    public void Those_who_call_too_often_shut_hardly_anybody_else_out()
    {
        var rates = new AddressRates(1, _time);
        foreach (var address in Enumerable.Range(0, 2000).Select(i => new IPAddress(0x0A000000L + (i % 1000))))
        {
            rates.Count(address);
        }

        Assert.InRange(Enumerable.Range(0, 500).Count(i => rates.Count(new IPAddress(0x0B000000L + i)) is not null), 0, 15);
    }
}

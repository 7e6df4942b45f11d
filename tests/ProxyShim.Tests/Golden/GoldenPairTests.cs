using System.Text;
using ProxyShim.Clicks;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Ledger;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Golden;

/// <summary>Holds the code to <c>Golden/conversions.json</c>.</summary>
public class GoldenPairTests
{
    public static TheoryData<string> Cases() => [.. GoldenPair.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_request_becomes_exactly_its_conversion_or_is_forwarded_for_its_reason(string name)
    {
        var pair = GoldenPair.All[name];
        Assert.True(CustomerApiVersion.TryMatch("POST", pair.Path, out var version));

        var request = CustomerRequestReader.Read(Encoding.UTF8.GetBytes(pair.Request), version, out var reason);

        Assert.Equal(pair.Forwarded, reason);
        if (pair.Conversion is { } expected)
        {
            var conversion = StoredConversion.Compose(request!, ClickReader.FromString(pair.Click)!).Conversion;
            Assert.Equal(JsonTokens.Of(expected), JsonTokens.Of(conversion.Span));
        }
        else
        {
            Assert.Null(request);
        }
    }

    [Fact]
    public void Every_pair_says_what_becomes_of_it()
        => Assert.All(GoldenPair.All.Values, pair => Assert.True(pair.Conversion is null != pair.Forwarded is null));
}

using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using ProxyShim.Tests.Golden;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>Holds the published program to <c>ProxyShim.Tests/Golden/conversions.json</c>. Each pair has a Redis and a ledger as if it were the first.</summary>
[RedisSuite]
public sealed class GoldenPairTests(UsualStand usual) : IClassFixture<UsualStand>
{
    private readonly Stand _stand = usual.Fresh();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Cases() => [.. GoldenPair.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Each_request_becomes_exactly_its_conversion_or_is_forwarded_untouched(string name)
    {
        var pair = GoldenPair.All[name];
        foreach (var key in await _stand.Redis.KeysAsync())
        {
            await _stand.Redis.Database.KeyDeleteAsync(key);
        }

        if (pair.Conversion is { } expected)
        {
            var customerKey = JsonElement.Parse(expected).GetProperty("customer_key").GetString();
            await _stand.Redis.Database.StringSetAsync(_stand.Redis.Key($"click:{customerKey}"), pair.Click);

            var answer = await _stand.PostAsync(pair.Request, Cancellation, pair.Path);

            Assert.Equal((200, "converted"), (answer.Status, answer.Outcome));
            Assert.Equal(JsonTokens.Of(expected), JsonTokens.Of(Assert.Single(_stand.Conversions).Json));
            Assert.Empty(_stand.Forwarded);

            // The next pair may name the same customer, whom the shim knows until Redis has heard of this one.
            await _stand.EventOfAsync(answer, Cancellation);
        }
        else
        {
            var answer = await _stand.PostAsync(pair.Request, Cancellation, pair.Path);

            Assert.Null(answer.Outcome);
            Assert.Empty(_stand.Conversions);
            Assert.Equal(pair.Request, Assert.Single(_stand.Forwarded).BodyText);
            Assert.Equal(pair.Forwarded, (await _stand.EventOfAsync(answer, Cancellation)).GetProperty("Reason").GetString());
        }
    }
}

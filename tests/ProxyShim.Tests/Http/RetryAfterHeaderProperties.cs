using CsCheck;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Http;
using ProxyShim.Settlement;
using ProxyShim.Tests.CustomerApi;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Http;

public class RetryAfterHeaderProperties
{
    private static readonly FakeTimeProvider s_time = new();

    private static readonly string[] s_odd =
        ["0", "-1", "1e9", "99999999999999999999", "2147483647", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "soon", "1, 2", " 5 ", "+5", ""];

    [Fact]
    public void Whatever_it_says_no_wait_is_longer_than_the_longest_and_none_is_less_than_nothing()
    {
        var delivery = Given.Settings().Delivery;
        var (longest, backoff) = (Backoff.LongestOf(delivery), new Backoff(delivery, Random.Shared.NextDouble));
        Gen.Select(Gen.OneOf(Gen.OneOf(s_odd), Gen.Int.Select(number => $"{number}"), GenJson.Text), Gen.Int[0, 20]).Sample(
            (text, attempts) =>
            {
                using var answer = new HttpResponseMessage();
                answer.Headers.TryAddWithoutValidation("Retry-After", text);
                var wait = backoff.After(attempts, RetryAfterHeader.WaitOf(answer.Headers.RetryAfter, s_time));
                return wait > TimeSpan.Zero && wait <= longest;
            },
            iter: 2_000);
    }
}

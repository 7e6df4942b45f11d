using System.Net;
using ProxyShim.Limits;
using ProxyShim.Telemetry;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Limits;

public class RequestLimitsTests
{
    private static readonly LimitSettings s_any = new(1000, 1000, 100 * RequestLimits.MostBuffered, null, 0);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_is_too_many_comes_again_and_is_served_then()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { RequestsInFlight = 2 });
        var served = new[] { listener.PostAsync(), listener.PostAsync() };
        await Eventually.IsTrueAsync("two are in flight", () => Task.FromResult(listener.Waiting == 2), cancellation: Cancellation);

        using var refused = await listener.PostAsync();
        await AssertRefusedAsync(listener, refused, HttpStatusCode.ServiceUnavailable, "5", Outcome.Unavailable, Reasons.Overloaded);
        Assert.Equal(1, listener.Get<RequestLimits>().Refused);

        listener.LetGo(3);
        Assert.All(await Task.WhenAll(served), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        using var again = await listener.PostAsync();
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task Bodies_have_one_bound_for_all_and_what_is_answered_is_free_again()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { BufferedBytes = 2 * RequestLimits.MostBuffered });
        var served = new[] { listener.PostAsync(RequestLimits.MostBuffered), listener.PostAsync(RequestLimits.MostBuffered - 1000) };
        await Eventually.IsTrueAsync("two are in flight", () => Task.FromResult(listener.Waiting == 2), cancellation: Cancellation);

        using var refused = await listener.PostAsync(2000);
        await AssertRefusedAsync(listener, refused, HttpStatusCode.ServiceUnavailable, "5", Outcome.Unavailable, Reasons.Overloaded);
        var small = listener.PostAsync(1000);
        await Eventually.IsTrueAsync("what fits is taken", () => Task.FromResult(listener.Waiting == 3), cancellation: Cancellation);

        listener.LetGo(4);
        Assert.All(await Task.WhenAll([.. served, small, listener.PostAsync(2000)]), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task A_body_longer_than_the_setting_is_refused()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { BodyBytes = 1000 });
        listener.LetGo(1);

        using var refused = await listener.PostAsync(1001);
        await AssertRefusedAsync(listener, refused, HttpStatusCode.RequestEntityTooLarge, null, Outcome.Rejected, Reasons.BodyOverLimit);
        using var taken = await listener.PostAsync(1000);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    public async Task A_caller_makes_as_many_requests_a_second_as_the_setting_says()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { RequestsPerSecond = 3 });
        listener.LetGo(1000);

        // However slow the machine is: of a hundred at once not all are within 3 a second.
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => listener.PostAsync()));
        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), 3, 99);
        await AssertRefusedAsync(
            listener, answers.First(answer => answer.StatusCode != HttpStatusCode.OK), HttpStatusCode.TooManyRequests, "1", null, null);

        // And not for ever.
        await Eventually.IsTrueAsync("it is served again", async () => (await listener.PostAsync()).StatusCode == HttpStatusCode.OK, cancellation: Cancellation);
    }

    private static async Task AssertRefusedAsync(
        LimitedListener listener, HttpResponseMessage answer, HttpStatusCode status, string? retryAfter, Outcome? outcome, string? reason)
    {
        Assert.Equal((status, retryAfter), (answer.StatusCode, answer.Headers.RetryAfter?.ToString()));
        Assert.Matches($$"""^\{"message":".+","status":{{(int)status}}\}$""", await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.True(answer.Headers.Contains("X-ProxyShim-Outcome"));
        if (outcome is not null)
        {
            Assert.Equal((outcome, reason), (listener.Record!.Outcome, listener.Record.Reason));
        }
    }
}

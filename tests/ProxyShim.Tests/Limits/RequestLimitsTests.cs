using System.Net;
using System.Net.Sockets;
using System.Text;
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
    public async Task Who_has_no_key_pair_of_the_settings_leaves_a_quarter_of_the_places_to_those_who_have_one()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { RequestsInFlight = 8 });
        var strangers = Enumerable.Range(0, 20).Select(_ => listener.PostAsync()).ToList();
        await Eventually.IsTrueAsync("who finds no place is told", () => Task.FromResult(listener.Get<RequestLimits>().Refused == 14), cancellation: Cancellation);
        Assert.Equal(6, listener.Waiting);

        var known = Enumerable.Range(0, 3).Select(_ => listener.PostAsync(isKnown: true)).ToList();
        await Eventually.IsTrueAsync("and so are known ones in the end", () => Task.FromResult(listener.Get<RequestLimits>().Refused == 15), cancellation: Cancellation);
        listener.LetGo(8);
        Assert.Equal(6, (await Task.WhenAll(strangers)).Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(2, (await Task.WhenAll(known)).Count(answer => answer.StatusCode == HttpStatusCode.OK));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(RequestLimits.MostBuffered)]
    public async Task Who_has_a_key_pair_of_the_settings_leaves_others_who_have_one_their_part_of_that_quarter(int bytes)
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { RequestsInFlight = 8, BufferedBytes = 8 * RequestLimits.MostBuffered }, callers: 2);

        // Again, since what is answered is free again.
        foreach (var round in Enumerable.Range(1, 2))
        {
            var crowd = Enumerable.Range(0, 20).Select(_ => listener.PostAsync(bytes, isKnown: true, caller: 0)).ToList();
            await Eventually.IsTrueAsync(
                "the crowd has its part", () => Task.FromResult(listener.Get<RequestLimits>().Refused == (15 * round) - 2), cancellation: Cancellation);
            var others = Enumerable.Range(0, 3).Select(_ => listener.PostAsync(bytes, isKnown: true, caller: 1)).ToList();
            await Eventually.IsTrueAsync(
                "and who comes beside it another", () => Task.FromResult(listener.Get<RequestLimits>().Refused == 15 * round), cancellation: Cancellation);
            listener.LetGo(8);
            Assert.Equal(7, (await Task.WhenAll(crowd)).Count(answer => answer.StatusCode == HttpStatusCode.OK));
            Assert.Single(await Task.WhenAll(others), answer => answer.StatusCode == HttpStatusCode.OK);
            await Eventually.IsTrueAsync("all have gone", () => Task.FromResult(listener.Waiting == 0), cancellation: Cancellation);
        }
    }

    [Fact]
    public async Task Bodies_have_one_bound_for_all_and_what_is_answered_is_free_again()
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { BufferedBytes = 2 * RequestLimits.MostBuffered });
        var served = new[] { listener.PostAsync(RequestLimits.MostBuffered), listener.PostAsync(RequestLimits.MostBuffered / 2) };
        await Eventually.IsTrueAsync("two are in flight", () => Task.FromResult(listener.Waiting == 2), cancellation: Cancellation);

        using var refused = await listener.PostAsync(1);
        await AssertRefusedAsync(listener, refused, HttpStatusCode.ServiceUnavailable, "5", Outcome.Unavailable, Reasons.Overloaded);
        var known = listener.PostAsync((RequestLimits.MostBuffered / 2) - 1000, isKnown: true);
        await Eventually.IsTrueAsync("the last quarter is for who is known", () => Task.FromResult(listener.Waiting == 3), cancellation: Cancellation);
        using var tooLong = await listener.PostAsync(2000, isKnown: true);
        await AssertRefusedAsync(listener, tooLong, HttpStatusCode.ServiceUnavailable, "5", Outcome.Unavailable, Reasons.Overloaded);
        var small = listener.PostAsync(1000, isKnown: true);
        await Eventually.IsTrueAsync("what fits is taken", () => Task.FromResult(listener.Waiting == 4), cancellation: Cancellation);

        listener.LetGo(5);
        Assert.All(await Task.WhenAll([.. served, known, small]), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        using var again = await listener.PostAsync(2000);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", true)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nwhole", true)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nwhol", false)]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhol", false)]
    public async Task Who_is_told_to_come_again_keeps_its_connection_when_its_request_has_come_whole(string request, bool isKept)
    {
        await using var listener = await LimitedListener.StartAsync(s_any with { RequestsInFlight = 1 });
        var served = listener.PostAsync();
        await Eventually.IsTrueAsync("one is in flight", () => Task.FromResult(listener.Waiting == 1), cancellation: Cancellation);
        using var socket = await listener.ConnectAsync();
        using var stream = new NetworkStream(socket);
        using var answers = new StreamReader(stream);

        foreach (var _ in Enumerable.Range(0, isKept ? 3 : 1))
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
            Assert.Equal("HTTP/1.1 503 Service Unavailable", await answers.ReadLineAsync(Cancellation));
            var isClosed = false;
            while (await answers.ReadLineAsync(Cancellation) is { Length: > 0 } header)
            {
                isClosed |= header == "Connection: close";
            }

            Assert.Equal(isKept, !isClosed);
            var body = new char["""{"message":"Too many requests at once.","status":503}""".Length];
            Assert.Equal(body.Length, await answers.ReadBlockAsync(body, Cancellation));
        }

        listener.LetGo(2);
        using var answer = await served;
        if (isKept)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
            Assert.Equal("HTTP/1.1 200 OK", await answers.ReadLineAsync(Cancellation));
        }
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

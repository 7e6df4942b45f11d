using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyShim.FollowUps;
using ProxyShim.Http;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Telemetry;
using ProxyShim.Testing;
using ProxyShim.Tests.Background;
using ProxyShim.Tests.Ledger;
using Xunit;

namespace ProxyShim.Tests.FollowUps;

[RedisSuite]
public class FollowUpFilterTests(TestRedis redis)
{
    private const string Target = "/api/v2/customers/customer";

    [Theory]
    [InlineData("GET", false)]
    [InlineData("GET", true)]
    [InlineData("PATCH", false)]
    [InlineData("PATCH", true)]
    public async Task The_ledger_stands_in_for_whoever_is_not_shown_yet_and_not_for_whoever_was_deleted_although_Redis_has_not_heard(string method, bool deleted)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Redis:Timeout", "00:01:00"));
        var kept = new KeptCalls(background.Settings.Ledger);
        var (id, _) = await background.Under.BringToAsync(ConversionState.Sent);
        if (deleted)
        {
            background.Backlog.Erase(id);
        }

        Assert.Equal(deleted, await PassesAsync(background, kept, method));

        Assert.Equal(deleted ? ConversionState.Fallback : ConversionState.Sent, (await background.SeeAsync(id)).State);
        Assert.Equal(method == "PATCH" && !deleted ? 1 : 0, (await kept.ReadAsync(background.Under.Budget, id)).Count);
    }

    // Whether the Customer API's 404 is the caller's answer.
    private static async Task<bool> PassesAsync(BackgroundHost background, KeptCalls kept, string method)
    {
        var events = background.Log.NewKeptCallEvents(new PrivacySettings(CustomerRefKind.Plain, null));
        var keeper = new CallKeeper(new FollowUpSettings(FollowUpMode.Keep, 100, 200), background.Redis, kept, events, background.Backlog, background.Time);
        var filter = new FollowUpFilter(
            background.Settings.ConversionApi, background.Redis, background.Ledger, background.Backlog,
            new Deletions(background.Ledger, background.Backlog, background.Reader, background.Time), keeper, background.Events, background.Time);
        var http = new DefaultHttpContext();
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = Target;
        (http.Request.Method, http.Request.ContentType, http.Request.Body) = (method, "application/json", new MemoryStream(Encoding.UTF8.GetBytes("""{"name":"Bob"}""")));
        http.Features.Set(new RequestRecord { TraceId = LedgerUnderTest.TraceId, Route = Target, Target = Target, Caller = "default" });
        bool? passes = null;
        await filter.InvokeAsync(http, async context =>
        {
            using var answer = new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
            passes = await context.Features.GetRequiredFeature<IForwardedAnswerFilter>().AcceptAsync(context, answer);
        });
        return passes!.Value;
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Capture;

/// <summary>The program with its third listener: a click that is reported there is in the conversion, and no listener answers for another.</summary>
[RedisSuite]
public sealed class CaptureListenerTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_page_reports_is_in_the_conversion_and_each_listener_answers_for_itself()
    {
        var capture = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Capture:Url", capture.OriginalString), ("Capture:Origins:0", "https://www.acme.com"));
        using var client = new HttpClient();
        var key = Stand.NewKey();

        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(capture, $$"""{"ps_xid":"X1","ps_partner_key":"cGFydG5lcg","sub_ids":["a"],"customer_key":"{{key}}"}"""));
        var answer = await stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Equal("converted", answer.Outcome);
        var sent = JsonElement.Parse(Assert.Single(stand.Conversions).Json);
        Assert.Equal(("X1", "127.0.0.1", "Firefox", "www.acme.com"), (Text("xid"), Text("ip_address"), Text("user_agent"), Text("origin")));

        // On the legacy listener it is a call like any other, which PartnerStack answers; on the management listener there is nothing of the kind.
        stand.Reset();
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(stand.Shim.Management, "{}"));
        using var script = await client.GetAsync(new Uri(stand.Shim.Management, "/capture.js"), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, script.StatusCode);
        Assert.Empty(stand.Forwarded);
        await PostAsync(stand.Shim.Address, "{}");
        Assert.Equal("/clicks", Assert.Single(stand.Forwarded).Target);
        using var management = await client.GetAsync(new Uri(capture, "/healthz/ready"), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, management.StatusCode);

        string? Text(string name) => sent.GetProperty(name).GetString();

        async Task<HttpStatusCode> PostAsync(Uri listener, string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(listener, "/clicks")) { Content = new StringContent(body, Encoding.UTF8, "text/plain") };
            request.Headers.TryAddWithoutValidation("Origin", "https://www.acme.com");
            request.Headers.TryAddWithoutValidation("User-Agent", "Firefox");
            using var reply = await client.SendAsync(request, Cancellation);
            return reply.StatusCode;
        }
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Redis;
using ProxyShim.Testing;
using ProxyShim.Tests.CustomerApi;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Capture;

/// <summary>What pages and back-ends may report, what is made of it, and what everybody else is told.</summary>
[RedisSuite]
public sealed class ClickReportsTests(TestRedis redis)
{
    private const string Ada = """{"ps_xid":"X1","ps_partner_key":"bG92ZWxhY2U","sub_ids":["a","b"],"customer_key":"ada","ip_address":"192.0.2.1","user_agent":"Liar","origin":"elsewhere"}""";

    private static readonly string s_hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("ada@example.com")));

    [Fact]
    public async Task A_pages_click_is_kept_with_what_the_browser_shows_of_itself_whatever_the_page_says()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);

        var (answer, body) = await surface.PostAsync(Ada);

        Assert.Equal((HttpStatusCode.NoContent, ""), (answer.StatusCode, body));
        Assert.Equal([CaptureSurface.Origin], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        var click = await FindAsync(surface, scope, new("ada"));
        Assert.Equal(("X1", "lovelace"), (click!.Xid.Value, click.PartnerKey));
        Assert.Equal(["a", "b"], click.SubIds!);
        Assert.Equal(("127.0.0.1", "Firefox", "www.acme.com"), (click.IpAddress.ToString(), click.UserAgent.ToString(), click.Origin.ToString()));
        var life = await scope.Database.KeyTimeToLiveAsync(scope.Key("click:ada"));
        Assert.InRange(life!.Value, TimeSpan.FromDays(89.9), TimeSpan.FromDays(90));
    }

    [Fact]
    public async Task A_back_end_says_itself_whose_browser_it_was_and_its_own_is_never_taken()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);

        Assert.Equal(HttpStatusCode.NoContent, (await surface.PostAsync(Ada, origin: null, CaptureSurface.Token)).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await surface.PostAsync("""{"xid":"X2","customer_key":"bob"}""", origin: null, CaptureSurface.Token)).Answer.StatusCode);

        var (ada, bob) = (await FindAsync(surface, scope, new("ada")), await FindAsync(surface, scope, new("bob")));
        Assert.Equal(("192.0.2.1", "Liar", "elsewhere"), (ada!.IpAddress.ToString(), ada.UserAgent.ToString(), ada.Origin.ToString()));
        Assert.Equal((true, true, true), (bob!.IpAddress.IsEmpty, bob.UserAgent.IsEmpty, bob.Origin.IsEmpty));
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_the_visitors_own_address_is_kept_and_behind_another_none()
    {
        await using var scope = await redis.OpenAsync();
        await using (var surface = await CaptureSurface.ServeAsync(scope, ("Capture:TrustedProxies:0", "127.0.0.0/8")))
        {
            await surface.PostAsync(Ada, forwarded: "203.0.113.7");
            Assert.Equal("203.0.113.7", (await FindAsync(surface, scope, new("ada")))!.IpAddress.ToString());
            surface.Watch.Look();
            Assert.Empty(surface.Degradations.Current);
        }

        await using (var surface = await CaptureSurface.ServeAsync(scope))
        {
            await surface.PostAsync(Ada.Replace("\"ada\"", "\"bob\"", StringComparison.Ordinal), forwarded: "203.0.113.7");
            Assert.True((await FindAsync(surface, scope, new("bob")))!.IpAddress.IsEmpty);
            surface.Watch.Look();
            Assert.Equal("untrusted_proxy", Assert.Single(surface.Degradations.Current).Reason);
        }
    }

    [Fact]
    public async Task The_first_template_that_is_filled_has_it_and_a_creation_finds_it_there()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);

        await surface.PostAsync($$"""{"xid":"X1","email_sha256":"{{s_hash}}"}""");

        Assert.Equal([scope.Key($"click:email:{s_hash}")], await scope.KeysAsync());
        Assert.Equal("X1", (await surface.Store.FindAsync(scope.Database, Read.Request() with { Email = " Ada@Example.COM " })).Click!.Xid.Value);
    }

    [Fact]
    public async Task Last_click_wins()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);
        var now = surface.Time.GetUtcNow().ToUnixTimeMilliseconds();

        foreach (var (xid, at) in new[] { ("second", now - 1000), ("first", now - 2000) })
        {
            var (answer, _) = await surface.PostAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"xid":"{{xid}}","clicked_at":{{at}},"customer_key":"ada"}"""));
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        Assert.Equal("second", (await FindAsync(surface, scope, new("ada")))!.Xid.Value);
    }

    [Theory]
    [InlineData("""{"customer_key":"canary"}""", 422, "xid is missing", "no_xid")]
    [InlineData("""{"xid":"can ary","customer_key":"canary"}""", 422, "xid is not a click id", "bad_xid")]
    [InlineData("""{"xid":"canary@acme.com","customer_key":"canary"}""", 422, "xid is not a click id", "bad_xid")]
    [InlineData("""{"xid":"canary"}""", 422, "Who the customer is fills no template", "no_key")]
    [InlineData("""{"xid":"canary","email":""}""", 422, "Who the customer is fills no template", "no_key")]
    [InlineData("canary", 422, "The body is not valid JSON", "no_json")]
    [InlineData("", 422, "The body is not valid JSON", "no_json")]
    [InlineData("""{"xid":"X","canary":1}""", 422, "One of the names is not known", "unknown_name")]
    [InlineData("""{"xid":"X","clicked_at":"canary"}""", 422, "clicked_at is not a time", "bad_field")]
    public async Task What_cannot_be_a_click_is_told_counted_and_not_repeated(string body, int status, string message, string reason)
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);

        var (answer, said) = await surface.PostAsync(body);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith($$"""{"message":"{{message}}""", said, StringComparison.Ordinal);
        Assert.EndsWith($$""","status":{{status}}}""", said, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", said, StringComparison.Ordinal);
        Assert.Equal(reason, Assert.Single(surface.Log.Entries).GetProperty("Reason").GetString());
        Assert.DoesNotContain("canary", string.Concat(surface.Log.Lines), StringComparison.Ordinal);
        Assert.Empty(await scope.KeysAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ten_megabytes_are_refused_before_they_are_read(bool chunked)
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);
        var body = $$"""{"xid":"X1","customer_key":"ada","user_agent":"{{new string('x', 10_000_000)}}"}""";

        var status = await StatusAsync();

        Assert.Equal("too_large", Assert.Single(surface.Log.Entries).GetProperty("Reason").GetString());
        Assert.True(status is HttpStatusCode.RequestEntityTooLarge or null, $"{status}");
        Assert.Equal(HttpStatusCode.NoContent, (await surface.PostAsync(Ada)).Answer.StatusCode);

        // A client that is still writing may find the connection closed before it reads the answer.
        async Task<HttpStatusCode?> StatusAsync()
        {
            try
            {
                return (await surface.PostAsync(body, chunked: chunked)).Answer.StatusCode;
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }
    }

    [Theory]
    [InlineData("https://acme.com")]
    [InlineData("https://www.acme.com.evil.example")]
    [InlineData("http://www.acme.com")]
    [InlineData("HTTPS://WWW.ACME.COM")]
    [InlineData("null")]
    [InlineData(null)]
    public async Task A_page_of_another_origin_reports_nothing_and_learns_nothing(string? origin)
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);

        var (answer, _) = await surface.PostAsync(Ada, origin);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Empty(await scope.KeysAsync());
        surface.Watch.Look();
        Assert.Equal("origin", Assert.Single(surface.Degradations.Current).Reason);
    }

    [Theory]
    [InlineData(CaptureSurface.Token + "x", CaptureSurface.Origin)]
    [InlineData("", null)]
    [InlineData("a token of sixteen or mor", null)]
    public async Task A_token_that_is_presented_must_be_right(string token, string? origin)
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);

        var (answer, _) = await surface.PostAsync(Ada, origin, token);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Empty(await scope.KeysAsync());
    }

    [Fact]
    public async Task With_a_token_alone_no_page_reports_anything()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope, ("Capture:Origins:0", null));

        Assert.Equal(HttpStatusCode.Forbidden, (await surface.PostAsync(Ada)).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await surface.PostAsync(Ada, origin: null, CaptureSurface.Token)).Answer.StatusCode);
    }

    [Fact]
    public async Task An_address_may_report_so_often_a_minute_and_a_back_end_as_often_as_it_likes()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope, ("Capture:RateLimit", "2"), ("Capture:TrustedProxies:0", "127.0.0.1"));

        Assert.Equal((int[])[204, 204, 429, 204], (int[])[await VisitAsync("2001:db8::1"), await VisitAsync("2001:db8::2"), await VisitAsync("2001:db8::3"), await VisitAsync("203.0.113.7")]);
        var (late, said) = await surface.PostAsync(Ada, forwarded: "2001:db8::4");
        Assert.InRange((int)late.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Contains("\"status\":429", said, StringComparison.Ordinal);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await surface.PostAsync(Ada, token: CaptureSurface.Token, forwarded: "2001:db8::5")).Answer.StatusCode);
        }

        surface.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(204, await VisitAsync("2001:db8::1"));

        async Task<int> VisitAsync(string address) => (int)(await surface.PostAsync(Ada, forwarded: address)).Answer.StatusCode;
    }

    [Theory]
    [InlineData(CaptureSurface.Origin, "POST")]
    [InlineData("https://elsewhere.example", null)]
    public async Task A_browser_that_asks_first_is_told_by_origin(string origin, string? methods)
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri("/clicks", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Origin", origin);

        var (answer, _) = await surface.SendAsync(request);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(methods, answer.Headers.TryGetValues("Access-Control-Allow-Methods", out var allowed) ? allowed.Single() : null);
        Assert.Equal(["Origin"], answer.Headers.Vary);

        // What a page may never hold.
        Assert.DoesNotContain("authorization", answer.Headers.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("GET", "/clicks", 405)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/admin/overview", 404)]
    [InlineData("GET", "/metrics", 404)]
    [InlineData("GET", "/healthz/ready", 404)]
    [InlineData("POST", "/api/v2/customers", 404)]
    public async Task Nothing_can_be_read_and_nothing_of_the_other_listeners_is_here(string method, string path, int status)
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {CaptureSurface.Token}");

        var (answer, body) = await surface.SendAsync(request);

        Assert.Equal((status, ""), ((int)answer.StatusCode, body));
    }

    [Fact]
    public async Task Without_Redis_whoever_reports_is_told_to_come_again()
    {
        await using var scope = await redis.OpenAsync();
        await using var gate = new RedisGate(Given.Settings().Redis, TimeProvider.System, () => throw new TimeoutException());
        await using var surface = await CaptureSurface.ServeAsync(scope, gate);

        var (answer, _) = await surface.PostAsync(Ada);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("redis_down", Assert.Single(surface.Log.Entries).GetProperty("Reason").GetString());
    }

    [Fact]
    public async Task Visitors_take_a_quarter_of_the_connections_at_most()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope, ("Limits:Connections", "8"));
        var sockets = new List<Socket>();
        for (var i = 0; i < 3; i++)
        {
            sockets.Add(new Socket(SocketType.Stream, ProtocolType.Tcp));
            await sockets[i].ConnectAsync(IPAddress.Loopback, surface.Address.Port, TestContext.Current.CancellationToken);
            await Eventually.IsTrueAsync("it is there", () => Task.FromResult(surface.Connections.Open + surface.Connections.Displaced > i), cancellation: TestContext.Current.CancellationToken);
        }

        await Eventually.IsTrueAsync("one is closed", () => Task.FromResult(surface.Connections is { Displaced: 1, Open: 2 }), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(0, await sockets[0].ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        sockets.ForEach(socket => socket.Dispose());
        await Eventually.IsTrueAsync("all have gone", () => Task.FromResult(surface.Connections.Open == 0), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, (await surface.PostAsync(Ada)).Answer.StatusCode);
    }

    [Fact]
    public async Task A_click_that_is_being_reported_is_not_cut_off_for_another_visitor()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope, ("Limits:Connections", "4"));
        using var first = new TcpClient();
        await first.ConnectAsync(IPAddress.Loopback, surface.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = first.GetStream();
        using var answers = new StreamReader(stream);
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes(
                $"POST /clicks HTTP/1.1\r\nHost: x\r\nOrigin: {CaptureSurface.Origin}\r\nExpect: 100-continue\r\nContent-Length: {Encoding.UTF8.GetByteCount(Ada)}\r\n\r\n"),
            TestContext.Current.CancellationToken);
        Assert.Equal("HTTP/1.1 100 Continue", await answers.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal("", await answers.ReadLineAsync(TestContext.Current.CancellationToken));

        using var second = new TcpClient();
        await second.ConnectAsync(IPAddress.Loopback, surface.Address.Port, TestContext.Current.CancellationToken);
        await Eventually.IsTrueAsync(
            "it is judged", () => Task.FromResult(surface.Connections.Refused + surface.Connections.Displaced == 1), cancellation: TestContext.Current.CancellationToken);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(Ada), TestContext.Current.CancellationToken);
        Assert.Equal("HTTP/1.1 204 No Content", await answers.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, surface.Connections.Refused);
    }

    [Fact]
    public async Task A_process_that_is_full_takes_no_more()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope, ("Limits:RequestsInFlight", "1"));
        Assert.True(surface.Limits.TryEnter(0, isKnown: false));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await surface.PostAsync(Ada)).Answer.StatusCode);
        surface.Limits.Leave(0);
        Assert.Equal(HttpStatusCode.NoContent, (await surface.PostAsync(Ada)).Answer.StatusCode);
    }

    private static async Task<Click?> FindAsync(CaptureSurface surface, RedisScope scope, CustomerIdentity customer) =>
        (await surface.Store.FindAsync(scope.Database, customer)).Click;
}

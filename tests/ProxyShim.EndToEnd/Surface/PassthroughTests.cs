using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>What is not ours to convert reaches the Customer API byte for byte, and its answer comes back byte for byte.</summary>
[Trait(HardeningTrial.Trait, "targets, headers and bodies, byte for byte")]
public class PassthroughTests : IClassFixture<RawStand>
{
    private readonly RawStand _stand;

    public PassthroughTests(RawStand stand)
    {
        _stand = stand;
        _stand.Upstream.Reset();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v2/customers")]
    [InlineData("/api/v2/customers/")]
    [InlineData("/api/v2/customers/a%2Fb")]
    [InlineData("/api/v2/customers/a%2fb%20c%C3%A4%25")]
    [InlineData("/api/v2/customers/ann@example.com")]
    [InlineData("/a/../b/./c")]
    [InlineData("/a/%2e%2e/b")]
    [InlineData("//api//v2//customers//")]
    [InlineData("//evil.example/path")]
    [InlineData("/a;b=c,d!$&'()*+@:")]
    [InlineData("/a%zz%")]
    [InlineData("/a?")]
    [InlineData("/?a=b&a=c&&=d&e&f=%zz+%20?/../x")]
    [InlineData("/a?q=[1]{2}|\\^`\"<>")]
    [InlineData("/healthz/live")]
    [InlineData("/metrics")]
    [InlineData("/admin/dead-letters")]
    public async Task The_target_stays_as_it_was_written(string target)
    {
        var answer = await _stand.AskAsync($"GET {target} HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation);

        Assert.Equal((200, "ok"), (answer.Status, answer.Text));
        Assert.Equal($"GET {target} HTTP/1.1", Assert.Single(_stand.Upstream.Requests).StartLine);
    }

    [Theory]
    [InlineData(60_000, 0)]
    [InlineData(0, 90_000)]
    public async Task What_a_load_balancer_in_front_of_the_Customer_API_would_take_is_taken(int lineLength, int headersLength)
    {
        var target = $"/x?{new string('a', lineLength)}";
        var headers = string.Concat(Enumerable.Range(0, headersLength / 100).Select(number => $"X-{number:0000}: {new string('b', 90)}\r\n"));

        await _stand.AskAsync($"GET {target} HTTP/1.1\r\nHost: legacy.example\r\n{headers}\r\n", Cancellation);

        var request = Assert.Single(_stand.Upstream.Requests);
        Assert.Equal(target, request.Target);
        Assert.Equal(1 + (headersLength / 100), request.Headers.Count);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task A_method_without_a_body_stays_one(string method)
    {
        await _stand.AskAsync($"{method} /api/v2/customers/c-1 HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation);

        var request = Assert.Single(_stand.Upstream.Requests);
        Assert.Equal($"{method} /api/v2/customers/c-1 HTTP/1.1", request.StartLine);
        Assert.Equal([$"Host: {_stand.Upstream.Address.Authority}"], Lines(request));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PROPFIND")]
    [InlineData("M-SEARCH")]
    public async Task Any_method_goes_on(string method)
    {
        await _stand.AskAsync($"{method} /x HTTP/1.1\r\nHost: legacy.example\r\nContent-Length: 0\r\n\r\n", Cancellation);

        var request = Assert.Single(_stand.Upstream.Requests);
        Assert.Equal($"{method} /x HTTP/1.1", request.StartLine);
        Assert.Equal(["Content-Length: 0", $"Host: {_stand.Upstream.Address.Authority}"], Lines(request).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/api/v2/transactions")]
    [InlineData("POST", "/api/v2/customers")]
    [InlineData("PUT", "/api/v2/customers/c-1")]
    [InlineData("PATCH", "/api/v2/customers/c-1")]
    [InlineData("DELETE", "/api/v2/customers/c-1")]
    [InlineData("QUERY", "/api/v2/customers")]
    public async Task A_body_stays_as_it_is(string method, string path)
    {
        const string body = "\0\u0001\u00ff{\"customer_key\": \r\n\r\n1 }\u0080";

        await _stand.AskAsync($"{method} {path} HTTP/1.1\r\nHost: legacy.example\r\nContent-Type: x/y; z=\"1\"\r\nContent-Length: {body.Length}\r\n\r\n{body}", Cancellation);

        var request = Assert.Single(_stand.Upstream.Requests);
        Assert.Equal((method, path), (request.Method, request.Target));
        Assert.Equal(Encoding.Latin1.GetBytes(body), request.Body);
        Assert.Equal(["x/y; z=\"1\""], request.Values("Content-Type"));
    }

    [Theory]
    [InlineData("POST", "/api/v2/partnerships")]
    [InlineData("POST", "/api/v2/transactions")]
    [InlineData("POST", "/api/v2/customers")]
    [InlineData("PATCH", "/api/v2/customers/c-1")]
    public async Task A_body_that_has_come_whole_goes_on_together_with_its_head(string method, string path)
    {
        const string body = "{\"customer_key\": \"c-1\"}";
        using var connection = await _stand.OpenAsync(Cancellation);

        for (var i = 0; i < 3; i++)
        {
            await connection.SendAsync(
                $"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Basic cGtfdmVuZG9yOnNrX3ZlbmRvcg==\r\nX-Twice: a\r\nContent-Language: de\r\nX-Twice: b\r\n"
                + $"Content-Language: en\r\nContent-Length: {body.Length}\r\n\r\n{body}",
                Cancellation);
            Assert.Equal("ok", (await connection.ReadAsync(Cancellation)).Text);
        }

        Assert.Equal(3, _stand.Upstream.Requests.Count);
        Assert.All(_stand.Upstream.Requests, request =>
        {
            Assert.Equal((1, body), (request.Packets, request.Text));
            Assert.Equal("a, b|de, en", $"{string.Join(", ", request.Values("X-Twice"))}|{string.Join(", ", request.Values("Content-Language"))}");
        });
    }

    [Theory]
    [InlineData("Content-Length: 10")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task A_body_that_is_late_does_not_keep_its_head_back(string length)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var api = new UriBuilder(Uri.UriSchemeHttp, "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port).Uri;
        await using var shim = await ShimProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["CustomerApi:Address"] = api.OriginalString,
                ["CustomerApi:PublicKey"] = "pk_vendor",
                ["CustomerApi:SecretKey"] = "sk_vendor",
                ["ConversionApi:Token"] = "tok_vendor",
                ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
            },
            Cancellation);
        using var connection = await RawConnection.OpenAsync(shim.Address, Cancellation);

        await connection.SendAsync($"POST /api/v2/partnerships HTTP/1.1\r\nHost: a\r\n{length}\r\n\r\n", Cancellation);
        using var upstream = new RawConnection(await listener.AcceptSocketAsync(Cancellation));

        Assert.Equal("POST /api/v2/partnerships HTTP/1.1", (await upstream.ReadAsync(Cancellation, hasBody: false)).StartLine);
    }

    [Fact]
    public async Task Headers_go_on_but_for_those_of_this_connection()
    {
        await _stand.AskAsync(
            "GET /x HTTP/1.1\r\nHost: legacy.example\r\nAuthorization: Basic cGs6c2s=\r\nUser-Agent: odd/1 (comment; \"x\") 2\r\nAccept: */*, a/b;q=0.1\r\n"
            + "Accept-Encoding: gzip, br;q=1.0, *;q=0\r\nCookie: a=b; c=\"d,e\"\r\nX-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\nVia: 1.0 fred\r\n"
            + "If-None-Match: W/\"x\", \"y\"\r\nIf-Modified-Since: not a date\r\nRange: bytes=0-1\r\nx-lower: 1\r\nX-Empty:\r\nX-Odd: a:b=c,,;\"\t\\ x\r\nDate: yesterday\r\n"
            + "Idempotency-Key: 1\r\nConnection: X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\n\r\n",
            Cancellation);

        Assert.Equal(
            [
                "Accept-Encoding: gzip, br;q=1.0, *;q=0", "Accept: */*, a/b;q=0.1", "Authorization: Basic cGs6c2s=", "Cookie: a=b; c=\"d,e\"", "Date: yesterday",
                "Forwarded: for=192.0.2.1", $"Host: {_stand.Upstream.Address.Authority}", "Idempotency-Key: 1", "If-Modified-Since: not a date",
                "If-None-Match: W/\"x\", \"y\"", "Range: bytes=0-1", "User-Agent: odd/1 (comment; \"x\") 2", "Via: 1.0 fred", "X-Empty: ",
                "X-Forwarded-For: 192.0.2.1", "X-Odd: a:b=c,,;\"\t\\ x", "x-lower: 1",
            ],
            Lines(Assert.Single(_stand.Upstream.Requests)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_added()
    {
        await _stand.AskAsync("GET /x HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation);

        Assert.Equal([$"Host: {_stand.Upstream.Address.Authority}"], Lines(Assert.Single(_stand.Upstream.Requests)));
    }

    [Fact]
    public async Task A_trace_context_goes_on_as_it_is()
    {
        const string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        await _stand.AskAsync($"GET /x HTTP/1.1\r\nHost: legacy.example\r\ntraceparent: {parent}\r\ntracestate: a=b\r\nbaggage: c=d\r\n\r\n", Cancellation);

        var request = Assert.Single(_stand.Upstream.Requests);
        Assert.Equal((parent, "a=b", "c=d"), (request.Header("traceparent"), request.Header("tracestate"), request.Header("baggage")));
    }

    [Fact]
    public async Task Repeated_headers_keep_all_their_values_in_order()
    {
        await _stand.AskAsync("GET /x HTTP/1.1\r\nHost: legacy.example\r\nX-Many: a\r\nX-Other: x\r\nX-Many: b, c\r\nX-Many: a\r\n\r\n", Cancellation);

        // One line or several is the same (RFC 9110, section 5.3).
        Assert.Equal("a, b, c, a", string.Join(", ", Assert.Single(_stand.Upstream.Requests).Values("X-Many")));
    }

    [Theory]
    [InlineData("J\u00f6rg")] // Latin-1
    [InlineData("J\u00c3\u00b6rg")] // UTF-8
    public async Task Header_values_beyond_ASCII_stay_the_bytes_they_are(string value)
    {
        _stand.Upstream.Answer = _ => $"HTTP/1.1 200 OK\r\nX-Name: {value}\r\nContent-Length: 0\r\n\r\n";

        var answer = await _stand.AskAsync($"GET /x HTTP/1.1\r\nHost: legacy.example\r\nX-Name: {value}\r\n\r\n", Cancellation);

        Assert.Equal((200, value), (answer.Status, answer.Header("X-Name")));
        Assert.Equal(value, Assert.Single(_stand.Upstream.Requests).Header("X-Name"));
    }

    [Fact]
    public async Task The_answers_headers_come_back_but_for_those_of_that_connection()
    {
        _stand.Upstream.Answer = _ =>
            "HTTP/1.1 200 Fine\r\nServer: upstream/1\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nSet-Cookie: a=b; Path=/\r\nSet-Cookie: c=d; Expires=Thu, 01 Jan 1970 00:00:00 GMT\r\n"
            + "Content-Type: Text/Plain;Charset=x\r\nX-Many: a\r\nX-Many: b\r\nETag: W/\"x\"\r\nWWW-Authenticate: Basic realm=\"a,b\"\r\nX-Empty:\r\nLocation: /somewhere/../else?x\r\n"
            + "Content-Encoding: br\r\nContent-Language: x\r\nLast-Modified: never\r\nExpires: -1\r\nAge: x\r\nVary: *\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
            + "Content-Length: 4\r\n\r\nbody";

        var answer = await _stand.AskAsync("GET /x HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation);

        Assert.Equal((200, "body"), (answer.Status, answer.Text));
        Assert.Equal(["a=b; Path=/", "c=d; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], answer.Values("Set-Cookie"));
        Assert.Equal(
            [
                "Age: x", "Content-Encoding: br", "Content-Language: x", "Content-Length: 4", "Content-Type: Text/Plain;Charset=x", "Date: Thu, 01 Jan 1970 00:00:00 GMT",
                "ETag: W/\"x\"", "Expires: -1", "Last-Modified: never", "Location: /somewhere/../else?x", "Server: upstream/1",
                "Vary: *", "WWW-Authenticate: Basic realm=\"a,b\"", "X-Empty: ", "X-Many: a", "X-Many: b",
            ],
            Lines(answer).Where(line => !line.StartsWith("Set-Cookie", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(201)]
    [InlineData(207)]
    [InlineData(299)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(418)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(599)]
    public async Task Any_status_and_its_body_come_back(int status)
    {
        _stand.Upstream.Answer = _ => $"HTTP/1.1 {status} Whatever\r\nLocation: http://elsewhere.example/\r\nContent-Length: 6\r\n\r\n\0\u00ff\r\n\r\n";

        var answer = await _stand.AskAsync("GET /x HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation);

        Assert.Equal(status, answer.Status);
        Assert.Equal([0, 0xff, 13, 10, 13, 10], answer.Body);
        Assert.Equal("http://elsewhere.example/", answer.Header("Location"));
        Assert.Single(_stand.Upstream.Requests);
        Assert.Null(answer.Header("X-ProxyShim-Outcome"));
    }

    [Theory]
    [InlineData("204 No Content")]
    [InlineData("304 Not Modified")]
    public async Task An_answer_without_a_body_stays_one_and_the_connection_lives_on(string status)
    {
        _stand.Upstream.Answer = _ => $"HTTP/1.1 {status}\r\nETag: \"x\"\r\n\r\n";
        using var connection = await _stand.OpenAsync(Cancellation);

        await connection.SendAsync("GET /1 HTTP/1.1\r\nHost: legacy.example\r\n\r\nGET /2 HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation);

        foreach (var answer in (RawMessage[])[await connection.ReadAsync(Cancellation), await connection.ReadAsync(Cancellation)])
        {
            Assert.StartsWith($"HTTP/1.1 {status}", answer.StartLine, StringComparison.Ordinal);
            Assert.Equal("\"x\"", answer.Header("ETag"));
        }
    }

    [Fact]
    public async Task A_HEAD_has_the_length_of_the_body_that_does_not_come()
    {
        _stand.Upstream.Answer = _ => "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\nX-A: b\r\n\r\n";
        using var connection = await _stand.OpenAsync(Cancellation);

        await connection.SendAsync("HEAD /api/v2/customers/c-1 HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation);
        var head = await connection.ReadAsync(Cancellation, hasBody: false);

        Assert.Equal((200, "12345", "b"), (head.Status, head.Header("Content-Length"), head.Header("X-A")));
        Assert.Equal("HEAD", Assert.Single(_stand.Upstream.Requests).Method);
        _stand.Upstream.Reset();
        await connection.SendAsync("GET /x HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation);
        Assert.Equal("ok", (await connection.ReadAsync(Cancellation)).Text);
    }

    [Fact]
    public async Task A_chunked_answer_comes_back_whole()
    {
        _stand.Upstream.Answer = _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n";

        var answer = await _stand.AskAsync("GET /x HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation);

        Assert.Equal((200, "abc0123456789"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task An_answer_that_ends_with_its_connection_comes_back_whole()
    {
        _stand.Upstream.Answer = _ => "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end";

        var answer = await _stand.AskAsync("GET /x HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation);

        Assert.Equal((200, "until the end"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task A_chunked_upload_arrives_whole()
    {
        var answer = await _stand.AskAsync(
            "POST /api/v2/deals HTTP/1.1\r\nHost: legacy.example\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0a\r\n0123456789\r\n0\r\n\r\n", Cancellation);

        Assert.Equal(200, answer.Status);
        Assert.Equal("abc0123456789", Assert.Single(_stand.Upstream.Requests).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_large_body_on_the_path_of_customers_streams_through_unread(bool chunked)
    {
        // A known caller, JSON, and more than the shim reads.
        var body = Stand.Body("c-1", $"\"meta\":{{\"a\":\"{new string('x', 2_000_000)}\"}}");
        var head = $"POST /api/v2/customers HTTP/1.1\r\nHost: legacy.example\r\nContent-Type: application/json\r\nAuthorization: {Stand.Basic(Stand.PublicKey, Stand.SecretKey)}\r\n";
        using var connection = await _stand.OpenAsync(Cancellation);

        await connection.SendAsync(head + (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : $"Content-Length: {body.Length}\r\n\r\n"), Cancellation);
        foreach (var piece in body.Chunk(100_001))
        {
            await connection.SendAsync(chunked ? $"{piece.Length:x}\r\n{new string(piece)}\r\n" : new string(piece), Cancellation);
        }

        await connection.SendAsync(chunked ? "0\r\n\r\n" : "", Cancellation);

        Assert.Equal("ok", (await connection.ReadAsync(Cancellation)).Text);
        Assert.Equal(body, Assert.Single(_stand.Upstream.Requests).Text);
    }

    [Fact]
    public async Task A_large_answer_comes_back_whole()
    {
        var body = string.Concat(Enumerable.Range(0, 300_000).Select(i => $"{i} "));
        _stand.Upstream.Answer = _ => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

        Assert.Equal(body, (await _stand.AskAsync("GET /api/v2/customers?limit=250 HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation)).Text);
    }

    [Theory]
    [InlineData("Content-Length: 10\r\n\r\nabcde")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")]
    public async Task An_answer_that_breaks_off_breaks_off_for_the_caller_too(string rest)
    {
        _stand.Upstream.Answer = request => request.Target == "/broken" ? $"HTTP/1.1 200 OK\r\nConnection: close\r\n{rest}" : RawUpstream.PlainAnswer;

        await Assert.ThrowsAnyAsync<IOException>(() => _stand.AskAsync("GET /broken HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation));

        Assert.Equal("ok", (await _stand.AskAsync("GET /x HTTP/1.1\r\nHost: legacy.example\r\n\r\n", Cancellation)).Text);
    }

    private static IEnumerable<string> Lines(RawMessage message) => message.Headers.Select(header => $"{header.Name}: {header.Value}");
}

using System.Text;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>Clients of every age, and those who mean no good: they meet a normal server.</summary>
[Trait(HardeningTrial.Trait, "framing, old and hostile clients, odd answers of the Customer API")]
public sealed class ProtocolTests : IClassFixture<RawStand>
{
    private readonly RawStand _stand;

    public ProtocolTests(RawStand stand)
    {
        _stand = stand;
        _stand.Upstream.Reset();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET /x HTTP/1.0\r\n\r\n")]
    [InlineData("GET /x HTTP/1.0\r\nHost: legacy.example\r\n\r\n")]
    [InlineData("POST /x HTTP/1.0\r\nContent-Length: 1\r\n\r\na")]
    public async Task An_HTTP_1_0_client_gets_an_answer_that_ends_with_the_connection(string request)
    {
        _stand.Upstream.Answer = _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
        using var connection = await _stand.OpenAsync(Cancellation);

        await connection.SendAsync(request, Cancellation);
        var all = Encoding.Latin1.GetString(await connection.ReadToEndAsync(Cancellation));

        // It knows no chunks.
        Assert.StartsWith("HTTP/1.1 200 ", all, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nok", all, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", all, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_HTTP_1_0_client_that_asks_for_it_keeps_its_connection()
    {
        using var connection = await _stand.OpenAsync(Cancellation);
        for (var i = 0; i < 3; i++)
        {
            await connection.SendAsync("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", Cancellation);
            var answer = await connection.ReadAsync(Cancellation);

            Assert.Equal("ok", answer.Text);
            Assert.Equal("keep-alive", answer.Header("Connection"));
        }
    }

    [Fact]
    public async Task A_connection_is_kept_through_answers_of_every_kind()
    {
        _stand.Upstream.Answer = request => request.Target switch
        {
            "/204" => "HTTP/1.1 204 No Content\r\n\r\n",
            "/chunked" => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            "/closing" => "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
            "/503" => "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno",
            _ => RawUpstream.PlainAnswer,
        };
        using var connection = await _stand.OpenAsync(Cancellation);
        foreach (var target in (string[])["/204", "/chunked", "/closing", "/503", "/x"])
        {
            await connection.SendAsync($"POST {target} HTTP/1.1\r\nHost: legacy.example\r\nContent-Length: 3\r\n\r\nabc", Cancellation);
            var answer = await connection.ReadAsync(Cancellation);

            // What the Customer API does with its connection is not the caller's affair.
            Assert.Null(answer.Header("Connection"));
        }

        Assert.Equal(5, _stand.Upstream.Requests.Count);
    }

    [Fact]
    public async Task A_client_that_wants_its_connection_closed_gets_that()
    {
        using var connection = await _stand.OpenAsync(Cancellation);

        await connection.SendAsync("GET /x HTTP/1.1\r\nHost: legacy.example\r\nConnection: close\r\n\r\n", Cancellation);

        Assert.Equal("ok", (await connection.ReadAsync(Cancellation)).Text);
        Assert.Empty(await connection.ReadToEndAsync(Cancellation));
        Assert.Empty(Assert.Single(_stand.Upstream.Requests).Values("Connection"));
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        _stand.Upstream.Answer = request => $"HTTP/1.1 200 OK\r\nContent-Length: {request.Target.Length}\r\n\r\n{request.Target}";
        using var connection = await _stand.OpenAsync(Cancellation);

        await connection.SendAsync(
            "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
            + "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
            + "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            + "\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\n",
            Cancellation);

        foreach (var expected in (string[])["/1", "/2", "/3", "/4"])
        {
            Assert.Equal(expected, (await connection.ReadAsync(Cancellation)).Text);
        }

        Assert.Equal(["/1", "/2", "/3", "/4"], _stand.Upstream.Requests.Select(request => request.Target));
        Assert.Equal(["", "abc", "abc", ""], _stand.Upstream.Requests.Select(request => request.Text));
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_one()
    {
        using var connection = await _stand.OpenAsync(Cancellation);
        foreach (var character in "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        {
            await connection.SendAsync(character.ToString(), Cancellation);
        }

        Assert.Equal("ok", (await connection.ReadAsync(Cancellation)).Text);
        Assert.Equal("abc", Assert.Single(_stand.Upstream.Requests).Text);
    }

    [Theory]
    [InlineData("/api/v2/deals", "", 3)]
    [InlineData("/api/v2/customers", "", 3)]
    [InlineData("/api/v2/customers", "Authorization: Basic cGtfdmVuZG9yOnNrX3ZlbmRvcg==\r\nContent-Type: application/json\r\n", 3)]
    [InlineData("/api/v2/customers", "Authorization: Basic cGtfdmVuZG9yOnNrX3ZlbmRvcg==\r\nContent-Type: application/json\r\n", 300_000)]
    public async Task A_client_that_expects_a_100_gets_it_before_it_sends_its_body(string path, string headers, int length)
    {
        using var connection = await _stand.OpenAsync(Cancellation);

        await connection.SendAsync($"POST {path} HTTP/1.1\r\nHost: a\r\n{headers}Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n", Cancellation);
        var interim = await connection.ReadAsync(Cancellation);
        Assert.Equal(100, interim.Status);
        await connection.SendAsync(new string('x', length), Cancellation);

        Assert.Equal("ok", (await connection.ReadAsync(Cancellation)).Text);
        var request = Assert.Single(_stand.Upstream.Requests);
        Assert.Equal(length, request.Body.Length);

        // This upstream never says 100: with the header, the shim would have waited for it.
        Assert.Null(request.Header("Expect"));
    }

    [Theory]
    [InlineData("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: anything\r\n")]
    public async Task An_upgrade_is_not_made(string headers)
    {
        // Even an upstream that would take it is not asked.
        _stand.Upstream.Answer = request => request.Header("Upgrade") is null
            ? RawUpstream.PlainAnswer
            : "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

        var answer = await _stand.AskAsync($"GET /x HTTP/1.1\r\nHost: a\r\n{headers}\r\n", Cancellation);

        Assert.Equal((200, "ok"), (answer.Status, answer.Text));
        var request = Assert.Single(_stand.Upstream.Requests);
        Assert.Equal("GET /x HTTP/1.1", request.StartLine);
        Assert.Empty(request.Values("Upgrade"));
        Assert.DoesNotContain(request.Values("Connection"), value => value.Contains("upgrade", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task HTTP_2_without_asking_is_not_spoken()
    {
        using var connection = await _stand.OpenAsync(Cancellation);

        await connection.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0", Cancellation);
        var answer = await connection.ReadToEndAsync(Cancellation);

        // One frame: GOAWAY (7) with HTTP_1_1_REQUIRED (13). RFC 9113, sections 6.8 and 7.
        Assert.Equal((7, 13), (answer[3], answer[16]));
        Assert.Equal(17, answer.Length);
        Assert.Empty(_stand.Upstream.Requests);
    }

    [Theory]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\nX-A: b\rX-Injected: 1\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\nX-A : b\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\nX-A\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\nX-A: b\r\n folded: c\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET /x y HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /x\0y HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1 GET /y HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 4\r\n\r\nabcd")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    public async Task A_request_that_two_servers_could_read_differently_goes_no_further(string request)
    {
        var answer = await _stand.AskAsync(request, Cancellation);

        Assert.Equal(400, answer.Status);
        Assert.Empty(_stand.Upstream.Requests);
    }

    [Theory]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 40\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 37\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n  ")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: +3\r\n\r\nabc")]
    [InlineData("POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task A_request_in_a_requests_clothes_does_not_reach_the_Customer_API_unseen(string bytes)
    {
        using var connection = await _stand.OpenAsync(Cancellation);

        await connection.SendAsync(bytes, Cancellation);
        var answers = Encoding.Latin1.GetString(await connection.ReadToEndAsync(Cancellation)).Split("HTTP/1.1 ").Length - 1;

        // Each request that the Customer API saw was one to the shim as well, with an answer and a line in the log; none was hidden in a body.
        Assert.True(_stand.Upstream.Requests.Count <= answers, $"{_stand.Upstream.Requests.Count} requests, {answers} answers.");
        Assert.All(_stand.Upstream.Requests, request => Assert.False(request.Values("Content-Length").Count > 0 && request.Values("Transfer-Encoding").Count > 0));
    }

    [Theory]
    [InlineData("/api/v2/customers/a%0d%0aX-Injected:%201")]
    [InlineData("/x?a=%0d%0aX-Injected:%201%0d%0a%0d%0aGET%20/smuggled")]
    public async Task An_escaped_line_end_stays_escaped(string target)
    {
        var answer = await _stand.AskAsync($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n", Cancellation);

        Assert.Equal(200, answer.Status);
        var request = Assert.Single(_stand.Upstream.Requests);
        Assert.Equal(target, request.Target);
        Assert.Empty(request.Values("X-Injected"));
    }

    [Theory]
    [InlineData("GET http://elsewhere.example/x?y=z HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", "/x?y=z")]
    [InlineData("GET http://elsewhere.example HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", "/")]
    [InlineData("GET http://elsewhere.example/a%2Fb/../%63 HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", "/a%2Fb/../%63")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", "/")]
    [InlineData("GET /x HTTP/1.1\r\nHost:\r\n\r\n", "/x")]
    public async Task It_is_no_open_proxy(string request, string target)
    {
        Assert.Equal("ok", (await _stand.AskAsync(request, Cancellation)).Text);

        var forwarded = Assert.Single(_stand.Upstream.Requests);
        Assert.Equal((target, _stand.Upstream.Address.Authority), (forwarded.Target, forwarded.Header("Host")));
    }

    [Theory]
    [InlineData("CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere.example:443\r\n\r\n", 405)]
    [InlineData("GET /api/v2/customers/\u0001 HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /api/v2/customers?a=\u0001 HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET http://a/\u0001 HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("POST /api/v2/deals HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501)]
    [InlineData("POST /api/v2/deals HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501)]
    [InlineData("POST /api/v2/customers HTTP/1.1\r\nHost: a\r\nAuthorization: Basic cGtfdmVuZG9yOnNrX3ZlbmRvcg==\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400)]
    [InlineData("POST /api/v2/deals HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nnonsense\r\n", 400)]
    public async Task What_cannot_be_passed_on_is_refused_in_the_Customer_APIs_envelope(string request, int status)
    {
        using var connection = await _stand.OpenAsync(Cancellation);

        await connection.SendAsync(request, Cancellation);

        Refusal.Hold(await connection.ReadAsync(Cancellation), status);
        Assert.Empty(await connection.ReadToEndAsync(Cancellation));
        Assert.DoesNotContain(_stand.Upstream.Requests, seen => seen.StartLine.EndsWith("HTTP/1.1", StringComparison.Ordinal));
        var line = await _stand.Shim.WaitForLogAsync(
            "it is in the log", line => line.GetProperty("Event").GetString() == "RequestHandled" && line.GetProperty("Status") is { ValueKind: JsonValueKind.Number } logged
                && logged.GetInt32() == status && line.GetProperty("Reason").GetString() == "bad_request", Cancellation);
        Assert.Equal("rejected", line.GetProperty("Outcome").GetString());
        Assert.DoesNotContain(_stand.Shim.Log, said => said.TryGetProperty("@l", out var level) && level.GetString() == "Error");
    }

    [Theory]
    [InlineData("GET /x HTTP/1.1\r\n\r\n", 400, "GET")]
    [InlineData("POST /api/v2/customers HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400, "POST")]
    [InlineData("GET /x HTTP/3.7\r\nHost: a\r\n\r\n", 505, "OTHER")]
    [InlineData("OPTIONS a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 405, "OTHER")]
    [InlineData("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 405, "OTHER")]
    public async Task What_Kestrel_refuses_by_itself_is_answered_as_by_the_shim_is_in_the_log_and_counted(string request, int status, string method)
    {
        var before = await RefusedAsync();

        Refusal.Hold(await _stand.AskAsync(request, Cancellation), status);

        await _stand.Shim.WaitForLogAsync(
            "it is in the log", line => line.GetProperty("Event").GetString() == "RequestHandled" && line.GetProperty("Reason").GetString() == "bad_request"
                && line.GetProperty("Outcome").GetString() == "rejected" && line.GetProperty("Status").GetInt32() == status
                && line.GetProperty("Method").GetString() == method, Cancellation);
        Assert.Equal(before + 1, await RefusedAsync());
    }

    [Fact]
    public async Task What_Kestrel_refuses_on_a_kept_connection_comes_behind_the_answers_before_it()
    {
        using var connection = await _stand.OpenAsync(Cancellation);
        await connection.SendAsync("GET /x HTTP/1.1\r\nHost: a\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\n\r\nGET /z HTTP/1.1\r\n\r\n", Cancellation);

        Assert.Equal(200, (await connection.ReadAsync(Cancellation)).Status);
        Assert.Equal(200, (await connection.ReadAsync(Cancellation)).Status);
        Refusal.Hold(await connection.ReadAsync(Cancellation), 400);
        Assert.Empty(await connection.ReadToEndAsync(Cancellation));
    }

    [Theory]
    [InlineData("GET /{0} HTTP/1.1\r\nHost: a\r\n\r\n", 414)]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\nX-A: {0}{0}\r\n\r\n", 431)]
    public async Task What_is_too_long_for_Kestrel_is_answered_as_by_the_shim(string request, int status) =>
        Refusal.Hold(await _stand.AskAsync(request.Replace("{0}", new string('a', 100_000), StringComparison.Ordinal), Cancellation), status);

    [Fact]
    public async Task What_Kestrel_refuses_of_a_HEAD_has_no_body()
    {
        using var connection = await _stand.OpenAsync(Cancellation);
        await connection.SendAsync("HEAD /x HTTP/1.1\r\n\r\n", Cancellation);

        Assert.Equal("rejected", (await connection.ReadAsync(Cancellation, hasBody: false)).Header("X-ProxyShim-Outcome"));
        Assert.Empty(await connection.ReadToEndAsync(Cancellation));
    }

    private async Task<int> RefusedAsync()
    {
        using var client = new HttpClient();
        var metrics = await client.GetStringAsync(new Uri(_stand.Shim.Management, "/metrics"), Cancellation);
        return metrics.Split('\n').Where(line => line.StartsWith("proxyshim_requests_total{outcome=\"rejected\"", StringComparison.Ordinal))
            .Sum(line => int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("/healthz/live")]
    [InlineData("/metrics")]
    [InlineData("/admin/overview")]
    [InlineData("/nowhere")]
    public async Task No_answer_of_the_management_listener_is_taken_for_something_else(string path)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(_stand.Shim.Management, path), Cancellation);

        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("GET", "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nabcde", 204)]
    [InlineData("GET", "HTTP/1.1 205 Reset\r\nContent-Length: 5\r\n\r\nabcde", 205)]
    [InlineData("GET", "HTTP/1.1 205 Reset\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 205)]
    [InlineData("HEAD", "HTTP/1.1 205 Reset\r\nContent-Length: 5\r\n\r\n", 205)]
    [InlineData("HEAD", "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", 204)]
    [InlineData("GET", "HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n", 304)]
    public async Task An_answer_that_must_have_no_body_is_passed_on_without_one(string method, string upstream, int status)
    {
        _stand.Upstream.Answer = request => request.Target == "/odd" ? upstream : RawUpstream.PlainAnswer;
        using var connection = await _stand.OpenAsync(Cancellation);

        await connection.SendAsync($"{method} /odd HTTP/1.1\r\nHost: a\r\n\r\n", Cancellation);
        Assert.Equal(status, (await connection.ReadAsync(Cancellation, hasBody: false)).Status);

        await connection.SendAsync("GET /next HTTP/1.1\r\nHost: a\r\n\r\n", Cancellation);
        Assert.Equal("ok", (await connection.ReadAsync(Cancellation)).Text);
    }

    [Fact]
    public async Task A_101_that_nobody_has_asked_for_is_a_502_in_the_envelope()
    {
        _stand.Upstream.Answer = _ => "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";

        var answer = await _stand.AskAsync("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", Cancellation);

        Assert.Equal((502, "unavailable"), (answer.Status, answer.Header("X-ProxyShim-Outcome")));
        Assert.Equal(502, JsonElement.Parse(answer.Text).GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")]
    public async Task A_connection_that_an_HTTP_1_0_answer_has_ended_is_not_used_again(string upstream)
    {
        // It says nothing more of its end, and closes a moment later: whoever uses it again meets a reset.
        await using var older = new HalfClosingUpstream(upstream);
        await using var shim = await ShimProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["CustomerApi:Address"] = older.Address.OriginalString,
                ["CustomerApi:AllowAnonymous"] = "true",
                ["ConversionApi:Token"] = "tok_vendor",
                ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
            },
            Cancellation);
        using var client = new HttpClient { BaseAddress = shim.Address };
        for (var i = 0; i < 10; i++)
        {
            using var answer = await client.PostAsync("/api/v2/deals", new StringContent("{}"), Cancellation);
            Assert.Equal("ok", await answer.Content.ReadAsStringAsync(Cancellation));
        }

        Assert.Equal(10, older.Connections);
    }

    [Theory]
    [InlineData("/api/v2/actions")]
    [InlineData("/api/v2/customers")]
    public async Task A_large_body_that_is_refused_by_its_head_is_refused_to_its_caller(string path)
    {
        await using var strict = new HalfClosingUpstream("HTTP/1.1 413 Too large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno", readsBodies: false);
        await using var shim = await ShimProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["CustomerApi:Address"] = strict.Address.OriginalString,
                ["CustomerApi:AllowAnonymous"] = "true",
                ["ConversionApi:Token"] = "tok_vendor",
                ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
            },
            Cancellation);
        using var client = new HttpClient { BaseAddress = shim.Address };

        using var answer = await client.PostAsync(path, new ByteArrayContent(new byte[5_000_000]), Cancellation);

        Assert.Equal((413, "no"), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation)));
    }

    [Theory]
    [InlineData("/api/v2/customers")]
    [InlineData("/api/v2/deals")]
    public async Task A_body_that_comes_late_and_slowly_is_a_body(string path)
    {
        using var connection = await _stand.OpenAsync(Cancellation);
        await connection.SendAsync($"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Basic cGtfdmVuZG9yOnNrX3ZlbmRvcg==\r\nContent-Length: 30\r\n\r\n", Cancellation);

        // Kestrel's own limit: after 5 s, 240 bytes a second (https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.server.kestrel.core.kestrelserverlimits.minrequestbodydatarate).
        await Task.Delay(TimeSpan.FromSeconds(6.5), TimeProvider.System, Cancellation);
        foreach (var part in (string[])["0123456789", "0123456789", "0123456789"])
        {
            await connection.SendAsync(part, Cancellation);
            await Task.Delay(TimeSpan.FromSeconds(0.7), TimeProvider.System, Cancellation);
        }

        Assert.Equal("ok", (await connection.ReadAsync(Cancellation)).Text);
        Assert.Equal(30, Assert.Single(_stand.Upstream.Requests).Body.Length);
    }

    [Fact]
    public async Task A_client_that_goes_away_in_the_middle_of_its_body_leaves_a_shim_that_works()
    {
        using (var connection = await _stand.OpenAsync(Cancellation))
        {
            await connection.SendAsync(
                $"POST /api/v2/customers HTTP/1.1\r\nHost: a\r\nAuthorization: {Stand.Basic(Stand.PublicKey, Stand.SecretKey)}\r\nContent-Type: application/json\r\n"
                + "Content-Length: 100\r\n\r\n{\"customer_key\":",
                Cancellation);
        }

        Assert.Equal("ok", (await _stand.AskAsync("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", Cancellation)).Text);
        Assert.Null(_stand.Shim.ExitCode);
        Assert.DoesNotContain(_stand.Upstream.Requests, request => request.Method == "POST");
    }
}

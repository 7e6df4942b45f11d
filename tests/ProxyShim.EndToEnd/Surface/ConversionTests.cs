using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using ProxyShim.Tests.Golden;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>A Customer API call becomes an S2S conversion: what arrives at PartnerStack, and what the caller sees.</summary>
[RedisSuite]
public sealed class ConversionTests(UsualStand usual) : IClassFixture<UsualStand>
{
    private readonly Stand _stand = usual.Fresh();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_conversion_is_the_documented_one_field_for_field()
    {
        var key = await _stand.NewCustomerAsync(
            """
            {"xid":"xid-7","partner_key":"partner","sub_ids":["a","b"],"origin":"acme.com","ip_address":"203.0.113.7","user_agent":"Mozilla/5.0","external_type":"trial"}
            """);

        var answer = await _stand.PostAsync(
            Stand.Body(key, """
                "name":"Ann Ä","provider_key":"cus_9","member_key":"member","meta":{"plan":"pro","n":1.0},"unknown":true
                """),
            Cancellation);

        Assert.Equal(200, answer.Status);
        var conversion = Assert.Single(_stand.Conversions);
        Assert.Equal(
            JsonTokens.Of($$"""
                {
                  "xid": "xid-7", "customer_key": "{{key}}", "email": "{{key}}@example.com", "name": "Ann Ä", "provider_key": "cus_9", "origin": "acme.com",
                  "ip_address": "203.0.113.7", "user_agent": "Mozilla/5.0", "external_type": "trial", "sub_ids": ["a", "b"], "meta": {"plan": "pro", "n": 1.0}
                }
                """),
            JsonTokens.Of(conversion.Json));
        Assert.Empty(_stand.Forwarded);
    }

    [Fact]
    public async Task The_call_has_our_token_and_nothing_of_the_callers()
    {
        var key = await _stand.NewCustomerAsync();
        using var request = Post(Stand.Body(key));
        request.Headers.UserAgent.ParseAdd("canary/1.0");
        foreach (var header in (string[])
            ["Cookie", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "X-Request-Id", "Accept-Language", "Referer", "Origin", "baggage", "tracestate"])
        {
            Assert.True(request.Headers.TryAddWithoutValidation(header, "canary=1"), header);
        }

        await _stand.CallAsync(request, Cancellation);

        var call = Assert.Single(_stand.Conversions).Call;
        Assert.Equal(("POST", "/conversion/xid"), (call.Method, call.Target));
        Assert.Equal(
            ["Authorization: Bearer tok_vendor", $"Content-Length: {call.Body.Length}", "Content-Type: application/json", $"Host: {_stand.PartnerStack.ConversionApiAddress.Authority}"],
            call.Headers.Select(header => $"{header.Key}: {header.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_caller_gets_the_documented_envelope()
    {
        var key = await _stand.NewCustomerAsync("""{"xid":"xid-1","sub_ids":["a"]}""");
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

        var answer = await _stand.PostAsync(Stand.Body(key, "\"name\":\"Ann\",\"meta\":{\"plan\":\"pro\"}"), Cancellation);

        var after = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal((200, "application/json", "converted"), (answer.Status, answer.ContentType, answer.Outcome));
        var created = answer.Json.GetProperty("data").GetProperty("created_at").GetInt64();
        Assert.InRange(created, before, after);
        Assert.Equal(
            JsonTokens.Of($$"""
                {
                  "data": {
                    "key": "{{key}}", "customer_key": "{{key}}", "email": "{{key}}@example.com", "name": "Ann", "provider_key": null, "partner_key": "partner",
                    "partnership_key": null, "meta": {"plan": "pro"}, "test": false, "source_key": null, "source_type": null, "sub_ids": ["a"],
                    "created_at": {{created}}, "updated_at": {{created}}, "fields": []
                  },
                  "message": "Customer successfully created",
                  "status": 200
                }
                """),
            JsonTokens.Of(answer.Text));
    }

    [Fact]
    public async Task The_older_version_has_names_of_its_own()
    {
        var key = await _stand.NewCustomerAsync();

        var answer = await _stand.PostAsync(Stand.Body(key).Replace("customer_key", "key", StringComparison.Ordinal), Cancellation, "/v1/customers");

        Assert.Equal((200, "converted"), (answer.Status, answer.Outcome));
        Assert.Equal(key, answer.Json.GetProperty("rdata").GetProperty("customer_key").GetString());
        Assert.Equal(key, Assert.Single(_stand.Conversions).CustomerKey);
    }

    [Theory]
    [InlineData("/api/v2/customers/")]
    [InlineData("/v1/customers/")]
    [InlineData("//api/v2/customers")]
    [InlineData("///v1/customers")]
    public async Task A_slash_too_many_is_no_other_path(string path)
    {
        var key = await _stand.NewCustomerAsync();
        var body = path.Contains("/v1", StringComparison.Ordinal) ? Stand.Body(key).Replace("customer_key", "key", StringComparison.Ordinal) : Stand.Body(key);

        using var request = Post(body, new Uri(_stand.Shim.Address.OriginalString + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        Assert.Equal("converted", (await _stand.CallAsync(request, Cancellation)).Outcome);
    }

    [Fact]
    public async Task A_slash_too_many_goes_on_as_it_came()
    {
        using var request = Post(Stand.Body(Stand.NewKey()), new Uri(_stand.Shim.Address.OriginalString + "//api/v2/customers"));

        var line = await _stand.EventOfAsync(await _stand.CallAsync(request, Cancellation), Cancellation);

        Assert.Equal(("fallback", "no_click"), (line.GetProperty("Outcome").GetString(), line.GetProperty("Reason").GetString()));
        Assert.Equal("//api/v2/customers", Assert.Single(_stand.Forwarded).Target);
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override", "PUT", null)]
    [InlineData("X-HTTP-Method", "delete", null)]
    [InlineData("X-Method-Override", "PATCH", null)]
    [InlineData("X-HTTP-Method-Override", "POST", "converted")]
    public async Task A_method_that_is_overridden_creates_nothing(string header, string method, string? outcome)
    {
        using var request = Post(Stand.Body(await _stand.NewCustomerAsync()));
        request.Headers.Add(header, method);

        var answer = await _stand.CallAsync(request, Cancellation);

        Assert.Equal(outcome, answer.Outcome);
        if (outcome is null)
        {
            Assert.Empty(_stand.Conversions);
            Assert.Equal(method, Assert.Single(_stand.Forwarded).Header(header));
            Assert.Equal("unusual_method", (await _stand.EventOfAsync(answer, Cancellation)).GetProperty("Reason").GetString());
        }
    }

    [Fact]
    public async Task A_partner_key_that_is_an_email_address_is_not_told()
    {
        var key = await _stand.NewCustomerAsync();
        var email = Canaries.EmailOf(key);

        var answer = await _stand.PostAsync(Stand.Body(key).Replace("\"partner\"", $"\"{email}\"", StringComparison.Ordinal), Cancellation);

        Assert.Equal("converted", answer.Outcome);
        Assert.Matches("^[0-9a-f]{32}$", (await _stand.EventOfAsync(answer, Cancellation)).GetProperty("PartnerKey").GetString());
    }

    [Fact]
    public async Task Credentials_that_are_said_twice_are_one()
    {
        using var connection = await RawConnection.OpenAsync(_stand.Shim.Address, Cancellation);
        var (key, authorization) = (await _stand.NewCustomerAsync(), $"Authorization: {Stand.Basic(Stand.PublicKey, Stand.SecretKey)}\r\n");
        var body = Stand.Body(key, "");
        await connection.SendAsync($"POST /api/v2/customers HTTP/1.1\r\nHost: a\r\n{authorization}{authorization}Content-Length: {body.Length}\r\n\r\n{body}", Cancellation);
        Assert.Equal("converted", (await connection.ReadAsync(Cancellation)).Header("X-ProxyShim-Outcome"));

        await connection.SendAsync($"GET /api/v2/customers?limit=1 HTTP/1.1\r\nHost: a\r\n{authorization}{authorization}\r\n", Cancellation);
        Assert.Equal(200, (await connection.ReadAsync(Cancellation)).Status);
    }

    public static TheoryData<string?> Labels() =>
    [
        "application/json", "application/json; charset=utf-8", "application/json;charset=\"UTF-8\"", "Application/Json", "application/json; charset=utf8",
        "application/json; charset=", "application/vnd.api+json", "text/json", "text/plain", "text/plain;charset=UTF-8", "application/octet-stream",
        "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8", "multipart/form-data; boundary=b", "json", "", (string?)null,
    ];

    [Theory]
    [MemberData(nameof(Labels))]
    public async Task The_body_decides_and_not_its_label(string? contentType)
    {
        var key = await _stand.NewCustomerAsync();
        using var request = Post(Stand.Body(key, "\"name\":\"J\u00f6rg\""));
        Relabel(request, contentType);

        Assert.Equal("converted", (await _stand.CallAsync(request, Cancellation)).Outcome);
        var conversion = Assert.Single(_stand.Conversions);
        Assert.Equal("application/json", conversion.Call.Header("Content-Type"));
        Assert.Equal("J\u00f6rg", JsonElement.Parse(conversion.Json).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("application/json; charset=us-ascii")]
    [InlineData("application/json; charset=ISO-8859-1")]
    [InlineData("application/json; charset=utf-8; charset=utf-16")]
    public async Task Another_charset_counts_for_what_it_would_read_the_same(string contentType)
    {
        var key = await _stand.NewCustomerAsync();
        using var request = Post(Stand.Body(key));
        Relabel(request, contentType);

        Assert.Equal("converted", (await _stand.CallAsync(request, Cancellation)).Outcome);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("")]
    [InlineData(null)]
    public async Task What_is_not_converted_keeps_its_label(string? contentType)
    {
        using var request = Post(Stand.Body(Stand.NewKey()));
        Relabel(request, contentType);

        var line = await _stand.EventOfAsync(await _stand.CallAsync(request, Cancellation), Cancellation);

        Assert.Equal("no_click", line.GetProperty("Reason").GetString());
        Assert.Equal(contentType, Assert.Single(_stand.Forwarded).Header("Content-Type"));
    }

    [Fact]
    public async Task A_byte_order_mark_is_skipped_to_read_and_forwarded_as_it_came()
    {
        var key = await _stand.NewCustomerAsync();
        using var request = Post("\uFEFF" + Stand.Body(key));
        Assert.Equal("converted", (await _stand.CallAsync(request, Cancellation)).Outcome);
        Assert.Equal(key, Assert.Single(_stand.Conversions).CustomerKey);

        using var miss = Post("\uFEFF" + Stand.Body(Stand.NewKey()));
        await _stand.CallAsync(miss, Cancellation);
        Assert.Equal([0xef, 0xbb, 0xbf, (byte)'{'], Assert.Single(_stand.Forwarded).Body.ToArray()[..4]);
    }

    [Fact]
    public async Task A_gzipped_body_is_unpacked()
    {
        var key = await _stand.NewCustomerAsync();

        var answer = await _stand.CallAsync(PostGzip(Stand.Body(key)), Cancellation);

        Assert.Equal("converted", answer.Outcome);
        Assert.Null(Assert.Single(_stand.Conversions).Call.Header("Content-Encoding"));
    }

    [Fact]
    public async Task A_chunked_body_is_read()
    {
        var key = await _stand.NewCustomerAsync();
        using var request = Post(Stand.Body(key));
        request.Headers.TransferEncodingChunked = true;

        Assert.Equal("converted", (await _stand.CallAsync(request, Cancellation)).Outcome);
        Assert.Equal(key, Assert.Single(_stand.Conversions).CustomerKey);
    }

    [Fact]
    public async Task An_integer_key_is_its_digits()
    {
        var number = $"{Random.Shared.NextInt64(1L << 52, 1L << 53)}";
        await _stand.Redis.Database.StringSetAsync(_stand.Redis.Key($"click:{number}"), "xid-1");

        var answer = await _stand.PostAsync(Stand.Body(number).Replace($"\"customer_key\":\"{number}\"", $"\"customer_key\":{number}", StringComparison.Ordinal), Cancellation);

        Assert.Equal(number, answer.Json.GetProperty("data").GetProperty("key").GetString());
        Assert.Equal(number, Assert.Single(_stand.Conversions).CustomerKey);
    }

    [Theory]
    [InlineData("line\\r\\nX-Injected: 1")]
    [InlineData("\\\",\\\"xid\\\":\\\"forged")]
    [InlineData("\\u0000\\u2028😀")]
    public async Task No_text_of_the_caller_gets_out_of_its_place(string text)
    {
        var key = $"{Stand.NewKey()}{text}";
        var decoded = JsonElement.Parse($"\"{key}\"").GetString();
        await _stand.Redis.Database.StringSetAsync(_stand.Redis.Key($"click:{decoded}"), "xid-1");

        var answer = await _stand.PostAsync($$"""{"customer_key":"{{key}}","email":"ann@example.com","partner_key":"partner","name":"{{text}}"}""", Cancellation);

        Assert.Equal("converted", answer.Outcome);
        Assert.Equal(decoded, answer.Json.GetProperty("data").GetProperty("customer_key").GetString());
        var conversion = Assert.Single(_stand.Conversions);
        Assert.Equal((decoded, "xid-1"), (conversion.CustomerKey, conversion.Xid));
        Assert.Null(conversion.Call.Header("X-Injected"));
    }

    [Fact]
    public async Task Callers_at_the_same_moment_do_not_get_into_each_others_way()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => _stand.NewCustomerAsync($"xid-{i}")));

        var answers = await Task.WhenAll(keys.Select(key => _stand.PostAsync(Stand.Body(key), Cancellation)));

        Assert.All(answers.Zip(keys), pair => Assert.Equal(pair.Second, pair.First.Json.GetProperty("data").GetProperty("key").GetString()));
        Assert.Equal(
            keys.Select((key, i) => (key, $"xid-{i}")).Order(),
            _stand.Conversions.Select(conversion => (conversion.CustomerKey, conversion.Xid)).Order());
    }

    [Fact]
    public async Task The_log_has_one_event_with_its_fields()
    {
        var key = await _stand.NewCustomerAsync("""{"xid":"xid-1","partner_key":"partner"}""");

        var answer = await _stand.PostAsync(Stand.Body(key), Cancellation);

        var line = await _stand.EventOfAsync(answer, Cancellation);
        Assert.Equal("converted", line.GetProperty("Outcome").GetString());
        Assert.Equal(JsonValueKind.Null, line.GetProperty("Reason").ValueKind);
        Assert.Equal("/api/v2/customers", line.GetProperty("Route").GetString());
        Assert.Equal("POST", line.GetProperty("Method").GetString());
        Assert.Equal(200, line.GetProperty("Status").GetInt32());
        Assert.Equal(200, line.GetProperty("UpstreamStatus").GetInt32());
        Assert.Equal(1, line.GetProperty("Attempts").GetInt32());
        Assert.Equal("xid-1", line.GetProperty("Xid").GetString());
        Assert.Equal("partner", line.GetProperty("PartnerKey").GetString());
        Assert.False(line.GetProperty("PartnerMismatch").GetBoolean());
        Assert.Equal("default", line.GetProperty("Caller").GetString());
        Assert.Equal("Live", line.GetProperty("Mode").GetString());
        Assert.Matches("^[0-9a-f]{32}$", line.GetProperty("CustomerRef").GetString());
        Assert.DoesNotContain(key, string.Join('\n', _stand.Shim.Output), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Post(string body, Uri? uri = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, uri ?? new Uri("/api/v2/customers", UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);
        return request;
    }

    private static void Relabel(HttpRequestMessage request, string? contentType)
    {
        request.Content!.Headers.Remove("Content-Type");
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
    }

    private static HttpRequestMessage PostGzip(string body)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(body));
        }

        var request = Post("");
        request.Content = new ByteArrayContent(compressed.ToArray());
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentEncoding.Add("gzip");
        return request;
    }
}

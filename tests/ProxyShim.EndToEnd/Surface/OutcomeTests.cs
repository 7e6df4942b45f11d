using System.Text;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>What becomes of a call that cannot or must not be converted, with the usual settings: the Customer API answers it.</summary>
[RedisSuite]
[Trait(HardeningTrial.Trait, "creations of every kind")]
public sealed class OutcomeTests(UsualStand usual) : IClassFixture<UsualStand>
{
    private readonly Stand _stand = usual.Fresh();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_customer_without_a_click_is_the_Customer_APIs()
    {
        var body = Stand.Body(Stand.NewKey(), "\"name\":\"Ann\"");

        var answer = await _stand.PostAsync(body, Cancellation);

        await AssertForwardedAsync(answer, body, "fallback", "no_click");
        Assert.StartsWith("cus_", answer.Json.GetProperty("data").GetProperty("key").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("{\"partner_key\":\"partner\"}")]
    [InlineData("{broken")]
    [InlineData("")]
    public async Task A_malformed_click_is_a_miss_with_a_reason(string click)
    {
        var key = await _stand.NewCustomerAsync(click);

        await AssertForwardedAsync(await _stand.PostAsync(Stand.Body(key), Cancellation), Stand.Body(key), "fallback", "malformed_click");
    }

    [Fact]
    public async Task A_click_of_another_type_is_a_miss_with_a_reason()
    {
        var key = Stand.NewKey();
        await _stand.Redis.Database.ListLeftPushAsync(_stand.Redis.Key($"click:{key}"), "xid-1");

        await AssertForwardedAsync(await _stand.PostAsync(Stand.Body(key), Cancellation), Stand.Body(key), "fallback", "malformed_click");
    }

    [Fact]
    public async Task When_the_click_names_another_partner_the_callers_word_counts()
    {
        var key = await _stand.NewCustomerAsync("""{"xid":"xid-1","partner_key":"another"}""");

        var answer = await _stand.PostAsync(Stand.Body(key), Cancellation);

        await AssertForwardedAsync(answer, Stand.Body(key), "fallback", "partner_mismatch");
        var line = await _stand.EventOfAsync(answer, Cancellation);
        Assert.True(line.GetProperty("PartnerMismatch").GetBoolean());
        Assert.Equal("partner", line.GetProperty("PartnerKey").GetString());
    }

    public static TheoryData<string, string, string> NotUnderstood() => new()
    {
        { "application/json", "{\"customer_key\":", "malformed_json" },
        { "application/json", "[]", "malformed_json" },
        { "application/json", "", "malformed_json" },
        { "application/json", "{\"email\":\"ann@example.com\",\"partner_key\":\"partner\"}", "missing_field" },
        { "text/plain", "{\"email\":\"ann@example.com\",\"partner_key\":\"partner\"}", "missing_field" },
        { "text/plain", "two words", "content_type" },
        { "application/x-www-form-urlencoded", "customer_key=c-1&email=ann%40example.com&partner_key=partner", "content_type" },
        { "multipart/form-data; boundary=b", $"--b\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{Stand.Body("c-1")}\r\n--b--\r\n", "content_type" },

        // Who takes the label at its word reads another name.
        { "application/json; charset=iso-8859-1", Stand.Body("c-1", "\"name\":\"J\u00f6rg\""), "content_type" },
        { "application/json; charset=utf-8; charset=iso-8859-1", Stand.Body("c-1", "\"name\":\"J\u00f6rg\""), "content_type" },
    };

    [Theory]
    [MemberData(nameof(NotUnderstood))]
    public async Task A_body_that_is_not_understood_is_the_Customer_APIs_to_answer(string contentType, string body, string reason)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/customers") { Content = content };
        request.Headers.Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);

        var answer = await _stand.CallAsync(request, Cancellation);

        await AssertForwardedAsync(answer, body, "passthrough", reason);
        Assert.Equal(contentType, _stand.Forwarded[0].Header("Content-Type"));
    }

    [Theory]
    [InlineData("application/json; charset=utf-16", "malformed_json", false)]
    [InlineData("text/plain", "content_type", false)]
    [InlineData(null, "content_type", true)]
    public async Task A_body_in_UTF_16_is_the_Customer_APIs_to_answer(string? contentType, string reason, bool bigEndian)
    {
        var body = new UnicodeEncoding(bigEndian, byteOrderMark: false).GetBytes(Stand.Body("c-1"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/customers") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        request.Headers.Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);

        var line = await _stand.EventOfAsync(await _stand.CallAsync(request, Cancellation), Cancellation);

        Assert.Equal(("passthrough", reason), (line.GetProperty("Outcome").GetString(), line.GetProperty("Reason").GetString()));
        Assert.Equal(body, Assert.Single(_stand.Forwarded).Body.ToArray());
    }

    [Theory]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("gzip, gzip")]
    public async Task A_coding_that_is_not_understood_is_the_Customer_APIs_to_answer(string coding)
    {
        var content = new ByteArrayContent([1, 2, 3, 0xff]);
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/customers") { Content = content };
        request.Headers.Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);

        var line = await _stand.EventOfAsync(await _stand.CallAsync(request, Cancellation), Cancellation);

        Assert.Equal("content_encoding", line.GetProperty("Reason").GetString());
        var call = Assert.Single(_stand.Forwarded);
        Assert.Equal([1, 2, 3, 0xff], call.Body.ToArray());
        Assert.Equal(coding, string.Join(", ", call.HeaderValues("Content-Encoding")));
    }

    [Fact]
    public async Task A_query_is_not_ours_to_interpret()
    {
        var key = await _stand.NewCustomerAsync();

        var answer = await _stand.PostAsync(Stand.Body(key), Cancellation, "/api/v2/customers?dry_run=1");

        await AssertForwardedAsync(answer, Stand.Body(key), "passthrough", "query_string");
        Assert.Equal("/api/v2/customers?dry_run=1", _stand.Forwarded[0].Target);
    }

    [Fact]
    public async Task A_caller_we_do_not_know_is_forwarded_and_converts_nothing()
    {
        var key = await _stand.NewCustomerAsync();
        var before = await _stand.Redis.KeysAsync();

        var answer = await _stand.PostAsync(Stand.Body(key), Cancellation, authorization: Stand.Stranger);

        await AssertForwardedAsync(answer, Stand.Body(key), "passthrough", "unknown_caller");
        Assert.Equal(200, answer.Status);
        Assert.Equal($"{Stand.Stranger}", _stand.Forwarded[0].Header("Authorization"));
        var line = await _stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(JsonValueKind.Null, line.GetProperty("Caller").ValueKind);
        Assert.Equal(JsonValueKind.Null, line.GetProperty("CustomerRef").ValueKind);
        Assert.Equal(before.Order(), (await _stand.Redis.KeysAsync()).Order());
    }

    [Theory]
    [InlineData("pk_vendor:wrong")]
    [InlineData("pk_nobody:sk_vendor")]
    [InlineData("tok_vendor:")]
    [InlineData(":")]
    public async Task A_wrong_pair_gets_the_Customer_APIs_401(string credentials)
    {
        var key = await _stand.NewCustomerAsync();
        var pair = credentials.Split(':');

        var answer = await _stand.PostAsync(Stand.Body(key), Cancellation, authorization: Stand.Basic(pair[0], pair[1]));

        await AssertForwardedAsync(answer, Stand.Body(key), "unauthorized", "unknown_caller");
        Assert.Equal(401, answer.Status);
        Assert.Equal("Invalid API keys", answer.Json.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(422)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task An_error_of_the_Customer_API_comes_back_as_it_is(int status)
    {
        _stand.PartnerStack.CustomerApi.SetFault(Fault.Status(status, "no JSON at all", false, ("Retry-After", "7"), ("X-Canary", "1")));

        var answer = await _stand.PostAsync(Stand.Body(Stand.NewKey()), Cancellation);

        Assert.Equal((status, "no JSON at all", "7", (string?)null), (answer.Status, answer.Text, answer.RetryAfter, answer.Outcome));
        var line = await _stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(status, line.GetProperty("UpstreamStatus").GetInt32());
        Assert.Equal(status == 401 ? "unauthorized" : "fallback", line.GetProperty("Outcome").GetString());
    }

    [Fact]
    public async Task A_Customer_API_that_cannot_be_reached_is_a_502_of_our_own()
    {
        _stand.PartnerStack.CustomerApi.SetFault(Fault.Refuse);

        var answer = await _stand.PostAsync(Stand.Body(Stand.NewKey()), Cancellation);

        Assert.Equal((502, "unavailable"), (answer.Status, answer.Outcome));
        Assert.Equal(502, answer.Json.GetProperty("status").GetInt32());
        Assert.Equal("unavailable", (await _stand.EventOfAsync(answer, Cancellation)).GetProperty("Outcome").GetString());
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refused_token_is_never_shown_to_the_caller_as_its_own_bad_password(int status)
    {
        _stand.PartnerStack.ConversionApi.SetFault(Fault.Status(status));
        var key = await _stand.NewCustomerAsync();

        var answer = await _stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Equal((200, "queued"), (answer.Status, answer.Outcome));
        var line = await _stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(("queued", status, 1), (line.GetProperty("Outcome").GetString(), line.GetProperty("UpstreamStatus").GetInt32(), line.GetProperty("Attempts").GetInt32()));
        Assert.Empty(_stand.Forwarded);
    }

    [Fact]
    public async Task What_did_not_land_is_sent_again_while_the_caller_waits()
    {
        _stand.PartnerStack.ConversionApi.EnqueueFaults(Fault.Status(503), Fault.Status(429));
        var key = await _stand.NewCustomerAsync();

        var answer = await _stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Equal((200, "converted"), (answer.Status, answer.Outcome));
        Assert.Equal(3, (await _stand.EventOfAsync(answer, Cancellation)).GetProperty("Attempts").GetInt32());
        Assert.Equal(1, _stand.PartnerStack.ConversionsFor(key));
        var calls = _stand.PartnerStack.Calls.Where(call => call.Kind == ApiKind.ConversionApi).ToList();
        Assert.Equal(3, calls.Count);
        Assert.All(calls, call => Assert.Equal(calls[0].BodyText, call.BodyText));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(422)]
    public async Task What_the_Conversion_API_refuses_the_Customer_API_gets(int status)
    {
        _stand.PartnerStack.ConversionApi.SetFault(Fault.Status(status));
        var key = await _stand.NewCustomerAsync();

        var answer = await _stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.StartsWith("cus_", answer.Json.GetProperty("data").GetProperty("key").GetString(), StringComparison.Ordinal);
        Assert.Null(answer.Outcome);
        Assert.Equal(Stand.Body(key), Assert.Single(_stand.Forwarded).BodyText);
        var line = await _stand.EventOfAsync(answer, Cancellation);
        Assert.Equal(("fallback", "refused"), (line.GetProperty("Outcome").GetString(), line.GetProperty("Reason").GetString()));
    }

    // A custom field that JavaScript has cut within an emoji: half of a surrogate pair. The simulated APIs take none; what they say is said to the caller.
    [Fact]
    public async Task Half_a_character_in_a_custom_field_is_for_the_APIs_to_judge()
    {
        var body = Stand.Body(await _stand.NewCustomerAsync(), "\"meta\":{\"note\":\"cut\\ud83d\"}");

        var answer = await _stand.PostAsync(body, Cancellation);

        var line = await _stand.EventOfAsync(answer, Cancellation);
        Assert.Equal((400, "fallback", "refused"), (answer.Status, line.GetProperty("Outcome").GetString(), line.GetProperty("Reason").GetString()));
        Assert.Equal(body, Assert.Single(_stand.Forwarded).BodyText);
    }

    [Theory]
    [InlineData(520)]
    [InlineData(522)]
    [InlineData(524)]
    [InlineData(499)]
    [InlineData(599)]
    public async Task What_an_edge_says_of_work_that_may_be_done_is_not_sent_again(int status)
    {
        // The second answer would bring the customer to the Customer API as well.
        _stand.PartnerStack.ConversionApi.EnqueueFaults(Fault.Status(status, landed: true), Fault.Status(400));
        var key = await _stand.NewCustomerAsync();

        var answer = await _stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Equal((200, "queued"), (answer.Status, answer.Outcome));
        Assert.Single(_stand.PartnerStack.Calls, call => call.Kind == ApiKind.ConversionApi);
        Assert.Empty(_stand.Forwarded);
        Assert.True((await _stand.EventOfAsync(answer, Cancellation)).GetProperty("Ambiguous").GetBoolean());
    }

    private async Task AssertForwardedAsync(LegacyAnswer answer, string body, string outcome, string reason)
    {
        Assert.Null(answer.Outcome);
        Assert.Empty(_stand.Conversions);
        Assert.Equal(body, Assert.Single(_stand.Forwarded).BodyText);
        var line = await _stand.EventOfAsync(answer, Cancellation);
        Assert.Equal((outcome, reason), (line.GetProperty("Outcome").GetString(), line.GetProperty("Reason").GetString()));
    }
}

using System.Globalization;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.EndToEnd.Telemetry;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.EndToEnd.Privacy;

/// <summary>
/// What goes wrong likes to be quoted. Each test has personal data, or a secret, where something fails, shows that it did fail, and holds all that the shim said
/// to "nothing leaks": the log, standard error, metrics, health, the admin API, spans, a report.
/// </summary>
[RedisSuite]
public sealed class UglyPathTests(TestRedis redis)
{
    // A value that a hostile or a careless caller, or another writer of Redis, might leave anywhere.
    private static readonly string s_canary = Canaries.Plant($"jane.{Canaries.Marker}@example.com");

    private static readonly string s_authorization = $"Authorization: {Stand.Basic(Stand.PublicKey, Stand.SecretKey)}\r\n";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Poisons() => new()
    {
        { "no number", s_canary },
        { "out of all bounds", "1e300" },
    };

    [Fact]
    public async Task Redis_away_or_hanging()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await using var traced = await StartAsync(
            ("Redis:ConnectionString", $"{server.Endpoint},password=redis_secret_word"), ("Redis:Timeout", "00:00:00.200"), ("Clicks:Keys:0", "click:{email}"));
        await traced.Stand.WaitForRedisAsync(Cancellation);

        server.Pause();
        Assert.Equal("redis_down", await ReasonOfPostAsync(traced.Stand));
        server.Resume();
        await server.KillAsync();
        await Eventually.IsTrueAsync("the connection is gone", async () => await ReasonOfPostAsync(traced.Stand) == "redis_down", cancellation: Cancellation);

        await HoldPagesAsync(traced);
    }

    [Fact]
    public async Task A_ledger_entry_of_another_type()
    {
        await using var traced = await StartAsync();
        var key = await ConvertAsync(traced.Stand);
        await PoisonAsync(traced.Stand, async entry =>
        {
            await traced.Stand.Redis.Database.KeyDeleteAsync(entry);
            await traced.Stand.Redis.Database.ListLeftPushAsync(entry, s_canary);
        });

        // Redis answers WRONGTYPE, and names the script and its line.
        Assert.Equal("redis_down", await ReasonOfPostAsync(traced.Stand, key));
        await traced.HoldAllAsync(Cancellation);
    }

    [Theory]
    [MemberData(nameof(Poisons))]
    public async Task A_ledger_entry_that_cannot_be_read(string kind, string value)
    {
        await using var traced = await StartAsync();
        var key = await ConvertAsync(traced.Stand);
        await PoisonAsync(traced.Stand, entry => traced.Stand.Redis.Database.HashSetAsync(
            entry, [new("claimed_at", value), new("fingerprint", s_canary), new("caller", s_canary), new("trace", s_canary)]));

        var answer = await traced.Stand.PostAsync(Stand.Body(key), Cancellation);

        var line = await traced.Stand.EventOfAsync(answer, Cancellation);
        Assert.Equal("unavailable", line.GetProperty("Outcome").GetString());
        Assert.Equal(answer.Status, line.GetProperty("Status").GetInt32());
        if (kind == "no number")
        {
            Assert.Equal((503, "ledger_format"), (answer.Status, line.GetProperty("Reason").GetString()));
        }
        else
        {
            // A stage that throws what nobody expects: a 500, and the log has where.
            Assert.Equal(500, answer.Status);
            var told = await DiagnosticAsync(traced.Stand, "Microsoft.AspNetCore.Server.Kestrel", "ArgumentOutOfRangeException");
            Assert.Contains("CreationFlow", told.GetProperty("@x").GetString(), StringComparison.Ordinal);
            var span = await traced.RequestAsync(answer, Cancellation);
            Assert.Equal((true, "500"), (span.IsError, span["error.type"]));
        }

        await traced.HoldAllAsync(Cancellation);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("{{\"xid\":\"{0}\"}}")]
    public async Task A_click_id_that_is_an_address(string click)
    {
        await using var traced = await StartAsync();

        Assert.Equal("malformed_click", await ReasonOfPostAsync(traced.Stand, await traced.Stand.NewCustomerAsync(Filled(click, s_canary))));

        await traced.HoldAllAsync(Cancellation);
    }

    [Fact]
    public async Task A_stored_request_that_cannot_be_read()
    {
        await using var traced = await StartAsync(
            ("ConversionApi:MaxAttempts", "1"), ("Delivery:Schedule:0", "00:00:01"), ("Conversions:OnRejected", "Return"));
        traced.Stand.PartnerStack.ConversionApi.SetFault(Fault.Status(503, s_canary));
        Assert.Equal("queued", (await traced.Stand.PostAsync(Stand.Body(await traced.Stand.NewCustomerAsync()), Cancellation)).Outcome);
        foreach (var body in (await traced.Stand.Redis.KeysAsync()).Where(key => key.Contains(":body:", StringComparison.Ordinal)))
        {
            await traced.Stand.Redis.Database.StringSetAsync(body, $$"""{"partner_key":"{{s_canary}}","conversion":"{{s_canary}}" """, expiry: null, keepTtl: true);
        }

        var dead = await traced.Stand.Shim.WaitForLogAsync("it is dead", line => EventOf(line) == "ConversionDead", Cancellation);

        Assert.Equal("body_lost", dead.GetProperty("Reason").GetString());
        await traced.HoldAllAsync(Cancellation);
    }

    [Fact]
    public async Task A_Conversion_API_that_quotes_what_it_was_sent()
    {
        await using var api = new RawUpstream();
        await using var traced = await StartAsync(
            ("ConversionApi:Address", api.Address.OriginalString), ("ConversionApi:MaxAttempts", "1"), ("Conversions:OnRejected", "Return"),
            ("Delivery:Schedule:0", "00:00:00.100"), ("Delivery:MaxAge", "00:00:01"));
        api.Answer = request => Answer(422, $$"""{"message":{{JsonSerializer.Serialize(request.Text)}},"status":422}""");
        var key = await traced.Stand.NewCustomerAsync();

        var refused = await traced.Stand.PostAsync(Stand.Body(key), Cancellation);

        // The caller is told, as it asked for; nobody else is.
        Assert.Equal((422, "rejected"), (refused.Status, refused.Outcome));
        Assert.Contains(key, refused.Text, StringComparison.Ordinal);

        api.Answer = request => Answer(503, request.Text, $"{request.Header("Authorization")} {s_canary}");
        Assert.Equal("queued", (await traced.Stand.PostAsync(Stand.Body(await traced.Stand.NewCustomerAsync()), Cancellation)).Outcome);
        await traced.Stand.Shim.WaitForLogAsync("it is dead", line => EventOf(line) == "ConversionDead", Cancellation);
        api.Answer = request => $"{request.Text} {request.Header("Authorization")}\r\n\r\n";
        Assert.Equal("queued", (await traced.Stand.PostAsync(Stand.Body(await traced.Stand.NewCustomerAsync()), Cancellation)).Outcome);

        await DiagnosticAsync(traced.Stand, "Yarp.ReverseProxy.Forwarder.HttpForwarder", "HttpRequestException");
        await traced.HoldAllAsync(Cancellation);
    }

    [Theory]
    [InlineData("status line", "{0} {1}\r\n\r\n")]
    [InlineData("header", "HTTP/1.1 200 OK\r\n{0} {1}\r\n\r\n")]
    [InlineData("length", "HTTP/1.1 200 OK\r\nContent-Length: {0}\r\n\r\n{1}")]
    [InlineData("chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{0}\r\n{1}\r\n")]
    [InlineData("end", "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\nConnection: close\r\n\r\n{0} {1}")]
    public async Task A_Customer_API_that_breaks_HTTP_with_what_it_was_sent(string where, string answer)
    {
        Assert.NotEmpty(where);
        await using var api = new RawUpstream();
        await using var traced = await StartAsync(("CustomerApi:Address", api.Address.OriginalString));
        api.Answer = request => Filled(answer, s_canary, request.Header("Authorization"));
        using var connection = await RawConnection.OpenAsync(traced.Stand.Shim.Address, Cancellation);

        await connection.SendAsync(
            $"GET /api/v2/customers/{s_canary}?email={s_canary} HTTP/1.1\r\nHost: api\r\n{s_authorization}X-Customer: {s_canary}\r\nConnection: close\r\n\r\n", Cancellation);
        await ReadUntilClosedAsync(connection);

        await DiagnosticAsync(traced.Stand, "Yarp.ReverseProxy.Forwarder.HttpForwarder", "Exception");
        await traced.HoldAllAsync(Cancellation);
    }

    [Theory]
    [InlineData("GET /{0} {0} HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("{0} /{0} HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /a HTTP/1.1\r\nHost: {0} {0}\r\n\r\n", 400)]
    [InlineData("GET /a HTTP/1.1\r\n{0}\r\n\r\n", 400)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\n{0} : {0}\r\n\r\n", 400)]
    [InlineData("GET /a HTTP/{0}\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET http://{0}/{0} HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /%00{0} HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nX-Customer: {1}\r\n\r\n", 431)]
    [InlineData("GET /{1} HTTP/1.1\r\nHost: a\r\n\r\n", 414)]
    public async Task A_caller_that_breaks_HTTP(string request, int status)
    {
        await using var traced = await StartAsync();
        using var connection = await RawConnection.OpenAsync(traced.Stand.Shim.Address, Cancellation);

        await connection.SendAsync(Filled(request, s_canary, Long()), Cancellation);

        Assert.Equal(status, (await connection.ReadAsync(Cancellation)).Status);
        await traced.HoldAllAsync(Cancellation);
    }

    [Fact]
    public async Task A_caller_that_makes_Kestrel_give_up()
    {
        await using var traced = await StartAsync();
        using var connection = await RawConnection.OpenAsync(traced.Stand.Shim.Address, Cancellation);

        // Kestrel stumbles over its own message, which quotes the value, and closes the connection.
        await connection.SendAsync($"GET /a HTTP/1.1\r\nHost: a\r\nContent-Length: {s_canary}\r\n\r\n", Cancellation);
        await ReadUntilClosedAsync(connection);

        await DiagnosticAsync(traced.Stand, "Microsoft.AspNetCore.Server.Kestrel", "Exception");
        await traced.HoldAllAsync(Cancellation);
    }

    [Fact]
    public async Task A_body_that_breaks_off()
    {
        await using var traced = await StartAsync();
        var head = $"POST /api/v2/customers HTTP/1.1\r\nHost: a\r\n{s_authorization}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        using var connection = await RawConnection.OpenAsync(traced.Stand.Shim.Address, Cancellation);

        await connection.SendAsync($"{head}{s_canary}\r\n", Cancellation);

        Assert.Equal(400, (await connection.ReadAsync(Cancellation)).Status);
        var line = await traced.Stand.Shim.WaitForLogAsync(
            "the call is in the log", line => EventOf(line) == "RequestHandled" && line.GetProperty("Status").GetInt32() == 400, Cancellation);
        Assert.Equal("POST", line.GetProperty("Method").GetString());
        await traced.HoldAllAsync(Cancellation);
    }

    [Theory]
    [InlineData("{{\"customer_key\":\"{0}\",\"email\":\"{0}", "malformed_json")]
    [InlineData("{{\"customer_key\":\"{0}\",\"{0}\":1,\"{0}\":2}}", "malformed_json")]
    [InlineData("{{\"customer_key\":\"{1}\",\"email\":\"{0}\",\"partner_key\":\"partner\"}}", "key_too_long")]
    [InlineData("{{\"customer_key\":\"{0}\",\"email\":\"{0}\",\"partner_key\":\"partner\",\"name\":\"{1}\"}}", "invalid_field")]
    [InlineData("{{\"customer_key\":{{\"{0}\":1}},\"email\":\"{0}\",\"partner_key\":\"partner\"}}", "invalid_field")]
    [InlineData("{{\"customer_key\":\"{0}\",\"email\":\"{0}\"}}", "missing_field")]
    public async Task A_body_that_is_not_understood(string body, string reason)
    {
        await using var traced = await StartAsync();

        var answer = await traced.Stand.PostAsync(Filled(body, s_canary, Long()), Cancellation);

        Assert.Equal(reason, (await traced.Stand.EventOfAsync(answer, Cancellation)).GetProperty("Reason").GetString());
        await traced.HoldAllAsync(Cancellation);
    }

    [Theory]
    [InlineData("/api/v2/customers/{0}", "/api/v2/customers/{{key}}")]
    [InlineData("/api/v2/customers/{0}/{0}?a={0}", "/api/v2/customers/{{key}}")]
    [InlineData("/v1/customers/{0}", "/v1/customers/{{key}}")]
    [InlineData("/{0}", "other")]
    [InlineData("/api/v2/{0}", "other")]
    [InlineData("/api/v2/{0}/customers", "other")]
    [InlineData("/api%2Fv2%2Fcustomers%2F{0}", "other")]
    public async Task A_path_that_names_somebody(string path, string route)
    {
        await using var traced = await StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(s_canary.Split('@')[0].ToUpperInvariant()), Filled(path, s_canary));
        request.Headers.Authorization = Stand.Basic(s_canary, s_canary);

        var answer = await traced.Stand.CallAsync(request, Cancellation);

        var line = await traced.Stand.EventOfAsync(answer, Cancellation);
        Assert.Equal((Filled(route), "OTHER"), (line.GetProperty("Route").GetString(), line.GetProperty("Method").GetString()));
        await traced.RequestAsync(answer, Cancellation);
        await traced.HoldAllAsync(Cancellation);
    }

    [Fact]
    public async Task A_Redis_that_refuses_the_password()
    {
        await using var server = await RedisServer.StartAsync(cancellation: Cancellation);
        await server.ExecuteAsync(Cancellation, "CONFIG", "SET", "requirepass", "another");
        await using var traced = await StartAsync(("Redis:ConnectionString", $"{server.Endpoint},user={s_canary},password=redis_secret_word"));

        Assert.Equal("redis_down", await ReasonOfPostAsync(traced.Stand));
        await HoldPagesAsync(traced);
    }

    [Fact]
    public async Task A_life_with_every_station()
    {
        await using var traced = await StartAsync(
            ("ConversionApi:MaxAttempts", "1"), ("Delivery:Schedule:0", "00:00:00.100"), ("Verification:Grace", "00:00:00.200"), ("Verification:Interval", "00:00:00.100"),
            ("Verification:MaxResends", "1"));
        var api = traced.Stand.PartnerStack.ConversionApi;
        api.EnqueueFaults(Fault.Status(401, s_canary), Fault.ResetAfterBody(landed: false), Fault.Phantom);
        var key = await traced.Stand.NewCustomerAsync();
        Assert.Equal("queued", (await traced.Stand.PostAsync(Stand.Body(key), Cancellation)).Outcome);
        await traced.Stand.Shim.WaitForLogAsync("it is verified", line => EventOf(line) == "ConversionVerified", Cancellation);
        api.SetFault(Fault.Phantom);
        await traced.Stand.PostAsync(Stand.Body(await traced.Stand.NewCustomerAsync()), Cancellation);
        await traced.Stand.Shim.WaitForLogAsync("another is dead", line => EventOf(line) == "ConversionDead", Cancellation);

        // Every event that there is but for a log that loses some.
        var events = traced.Stand.Shim.Log.Select(EventOf).ToHashSet();
        Assert.Superset(
            new HashSet<string?> { "RequestHandled", "DeliveryAttempted", "ConversionSent", "ConversionVerified", "ConversionPhantom", "ConversionDead", "Alert", "Degraded" }, events);
        await traced.HoldAllAsync(Cancellation);
    }

    private static string Answer(int status, string body, string reason = "Refused") =>
        $"HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static string Filled(string template, params object?[] values) => string.Format(CultureInfo.InvariantCulture, template, values);

    // Longer than a key, a name or a header may be.
    private static string Long() => string.Concat(Enumerable.Repeat(s_canary, 2000));

    // An answer that cannot be brought to its end is broken off.
    private static async Task ReadUntilClosedAsync(RawConnection connection)
    {
        try
        {
            await connection.ReadToEndAsync(Cancellation);
        }
        catch (IOException)
        {
            // Reset.
        }
    }

    private static string? EventOf(JsonElement line) => line.TryGetProperty("Event", out var name) ? name.GetString() : null;

    private static async Task<string> ConvertAsync(Stand stand)
    {
        var key = await stand.NewCustomerAsync();
        Assert.Equal("converted", (await stand.PostAsync(Stand.Body(key), Cancellation)).Outcome);
        return key;
    }

    private static async Task PoisonAsync(Stand stand, Func<RedisKey, Task> poison)
    {
        foreach (var entry in (await stand.Redis.KeysAsync()).Where(key => key.Contains(":conversion:", StringComparison.Ordinal)))
        {
            await poison(entry);
        }
    }

    private static async Task<string?> ReasonOfPostAsync(Stand stand, string? key = null) =>
        (await stand.EventOfAsync(await stand.PostAsync(Stand.Body(key ?? Stand.NewKey()), Cancellation), Cancellation)).GetProperty("Reason").GetString();

    // The framework did have something to say, and said it without the message.
    private static Task<JsonElement> DiagnosticAsync(Stand stand, string source, string exception) => stand.Shim.WaitForLogAsync(
        $"{source} tells of it",
        line => EventOf(line) == "Diagnostic" && line.GetProperty("SourceContext").GetString() == source
            && line.GetProperty("@x").GetString()?.Contains(exception, StringComparison.Ordinal) == true,
        Cancellation);

    // Where Redis is away there is no list to look at.
    private static async Task HoldPagesAsync(TracedStand traced)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(traced.Stand.Shim.Management, "/healthz/ready"), Cancellation);
        traced.Stand.Check.Hold("health", [await answer.Content.ReadAsStringAsync(Cancellation)]);
    }

    private Task<TracedStand> StartAsync(params (string Key, string? Value)[] settings) => TracedStand.StartAsync(redis, Cancellation, settings);
}

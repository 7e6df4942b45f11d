using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.CustomerApi;
using ProxyShim.Http;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Telemetry.Health;
using ProxyShim.Testing;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

public sealed class CustomerReaderTests : IAsyncLifetime
{
    private const string Key = "customer";

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly Degradations _degradations;
    private SimulatedPartnerStack _stack = null!;
    private CustomerReader _reader = null!;

    public CustomerReaderTests() => _degradations = new Degradations(new CapturedLog(_time).Events, _time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _stack = await SimulatedPartnerStack.StartAsync(new(), Cancellation);
        _reader = ReaderOf(_stack.CustomerApiAddress.OriginalString);
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        await _stack.DisposeAsync();
    }

    [Theory]

    // 200: the customer itself, or nothing is told.
    [InlineData(200, """{"data":{"customer_key":"customer"},"message":"ok","status":200}""", ReadBackResult.Found)]
    [InlineData(200, "\uFEFF" + """{"data":{"customer_key":"customer"},"message":"ok","status":200}""", ReadBackResult.Found)]
    [InlineData(200, """{"data":{"customer_key":"Customer"},"message":"ok","status":200}""", ReadBackResult.Unknown)]
    [InlineData(200, """{"data":{"customer_key":12},"message":"ok","status":200}""", ReadBackResult.Unknown)]
    [InlineData(200, """{"data":{"key":"customer"},"message":"ok","status":200}""", ReadBackResult.Unknown)]
    [InlineData(200, """{"data":[],"message":"ok","status":200}""", ReadBackResult.Unknown)]
    [InlineData(200, """{"rdata":{"customer_key":"customer"}}""", ReadBackResult.Unknown)]
    [InlineData(200, "[]", ReadBackResult.Unknown)]
    [InlineData(200, "", ReadBackResult.Unknown)]
    [InlineData(200, "<html>Sign in</html>", ReadBackResult.Unknown)]
    [InlineData(206, """{"data":{"customer_key":"customer"},"message":"ok","status":200}""", ReadBackResult.Unknown)]

    // 404: the API's own envelope, nothing else.
    [InlineData(404, """{"message":"Customer not found","status":404}""", ReadBackResult.Absent)]
    [InlineData(404, """{"message":"Customer not found","status":404,"data":null}""", ReadBackResult.Absent)]
    [InlineData(404, "\uFEFF" + """{"message":"Customer not found","status":404}""", ReadBackResult.Absent)]
    [InlineData(404, "<html>404</html>", ReadBackResult.Unknown)]
    [InlineData(404, """{"message":"Not found"}""", ReadBackResult.Unknown)]
    [InlineData(404, """{"status":404}""", ReadBackResult.Unknown)]
    [InlineData(404, """{"message":"no Route matched","status":"404"}""", ReadBackResult.Unknown)]
    [InlineData(404, """{"message":"no Route matched","status":400}""", ReadBackResult.Unknown)]
    [InlineData(404, """{"message":{"text":"no"},"status":404}""", ReadBackResult.Unknown)]
    [InlineData(404, """[{"message":"x","status":404}]""", ReadBackResult.Unknown)]
    [InlineData(404, "", ReadBackResult.Unknown)]

    // Anything else tells nothing, whatever it says.
    [InlineData(401, """{"message":"Customer not found","status":404}""", ReadBackResult.Unknown)]
    [InlineData(410, """{"message":"Customer not found","status":404}""", ReadBackResult.Unknown)]
    [InlineData(429, """{"message":"slow down","status":429}""", ReadBackResult.Unknown)]
    [InlineData(500, """{"message":"Customer not found","status":404}""", ReadBackResult.Unknown)]
    [InlineData(302, """{"data":{"customer_key":"customer"}}""", ReadBackResult.Unknown)]
    internal async Task An_answer_is_proof_or_none(int status, string body, ReadBackResult result)
    {
        _stack.CustomerApi.SetFault(Fault.Status(status, body));

        var answer = await ReadAsync();

        Assert.Equal((result, status), (answer.Result, answer.Status));
    }

    [Fact]
    public async Task It_asks_for_exactly_this_customer_with_the_vendors_own_pair()
    {
        using var _ = await CreateAsync("a/b %2F?é");

        var answer = await _reader.ReadAsync(LedgerUnderTest.KeyOf("a/b %2F?é"), Cancellation);

        Assert.Equal(ReadBackResult.Found, answer.Result);
        var call = _stack.Calls.Single(call => call.Method == "GET");
        Assert.Equal("/api/v2/customers/a%2Fb%20%252F%3F%C3%A9", call.Target);
        Assert.Equal("Basic " + Convert.ToBase64String("pk_sandbox:sk_sandbox"u8), call.Header("Authorization"));
    }

    [Fact]
    public async Task What_is_there_tells_when_it_was_created_and_in_which_environment()
    {
        using var _ = await CreateAsync(Key);

        var answer = await ReadAsync();

        Assert.Equal((ReadBackResult.Found, false), (answer.Result, answer.Test));
        Assert.InRange(answer.CreatedAt!.Value, TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(5), TimeProvider.System.GetUtcNow());
    }

    [Theory]
    [InlineData(""","created_at":1700000000000,"test":true""", 1700000000000L, true)]
    [InlineData(""","created_at":"yesterday","test":"true" """, null, null)]
    [InlineData(""","created_at":1e300,"test":1""", null, null)]
    [InlineData(""","created_at":9223372036854775807""", null, null)]
    [InlineData("", null, null)]
    public async Task What_it_does_not_tell_is_not_guessed(string more, long? createdAt, bool? test)
    {
        _stack.CustomerApi.SetFault(Fault.Status(200, $$"""{"data":{"customer_key":"customer"{{more}}},"message":"ok","status":200}"""));

        var answer = await ReadAsync();

        Assert.Equal((ReadBackResult.Found, test), (answer.Result, answer.Test));
        Assert.Equal(createdAt is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null, answer.CreatedAt);
    }

    [Theory]
    [InlineData("90", 90)]
    [InlineData("Tue, 01 Jan 2030 00:01:00 GMT", 60)]
    public async Task It_hears_when_it_is_asked_to_wait(string retryAfter, int seconds)
    {
        _time.SetUtcNow(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _stack.CustomerApi.SetFault(Fault.Status(429, headers: ("Retry-After", retryAfter)));

        Assert.Equal(TimeSpan.FromSeconds(seconds), (await ReadAsync()).RetryAfter);
    }

    [Fact]
    public async Task A_huge_answer_is_not_read()
    {
        var padding = new string('x', 2 * 1024 * 1024);
        _stack.CustomerApi.SetFault(Fault.Status(200, $$"""{"data":{"customer_key":"customer"},"message":"{{padding}}","status":200}"""));

        Assert.Equal(ReadBackResult.Unknown, (await ReadAsync()).Result);
    }

    [Fact]
    public async Task A_connection_that_breaks_tells_nothing()
    {
        _stack.CustomerApi.EnqueueFaults(Fault.ResetBeforeBody, Fault.ResetAfterBody(landed: false));

        Assert.Equal(new ReadBack(ReadBackResult.Unknown), await ReadAsync());
        Assert.Equal(new ReadBack(ReadBackResult.Unknown), await ReadAsync());
        _stack.CustomerApi.SetFault(Fault.Refuse);
        Assert.Equal(new ReadBack(ReadBackResult.Unknown), await ReadAsync());
    }

    [Fact]
    public async Task One_that_does_not_answer_is_not_waited_for()
    {
        _stack.CustomerApi.SetFault(Fault.Hang(landed: true));
        var reading = ReadAsync();
        await _stack.WaitUntilAsync(stack => stack.Calls.Count == 1, Eventually.DefaultLimit, Cancellation);

        Assert.False(reading.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(new ReadBack(ReadBackResult.Unknown), await reading);
    }

    [Fact]
    public async Task One_that_gives_no_answer_is_degraded_until_it_does()
    {
        _stack.CustomerApi.SetFault(Fault.Refuse);
        await ReadAsync();
        var trouble = Assert.Single(_degradations.Current);
        Assert.Equal((HealthComponent.CustomerApi, "refused"), (trouble.Part, trouble.Reason));

        _stack.CustomerApi.SetFault(Fault.Status(500));
        await ReadAsync();
        Assert.Empty(_degradations.Current);
    }

    [Fact]
    public async Task When_the_shim_stops_nothing_is_told()
    {
        _stack.CustomerApi.SetFault(Fault.Hang(landed: true));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var reading = _reader.ReadAsync(LedgerUnderTest.KeyOf(Key), stop.Token);
        await _stack.WaitUntilAsync(stack => stack.Calls.Count == 1, Eventually.DefaultLimit, Cancellation);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Empty(_degradations.Current);
    }

    private CustomerReader ReaderOf(string address)
    {
        var settings = Given.Settings(
            ("CustomerApi:Address", address), ("CustomerApi:PublicKey", "pk_sandbox"), ("CustomerApi:SecretKey", "sk_sandbox")).CustomerApi;
        return new(settings, new CustomerApiReach(settings, _degradations, _time), new OutboundClients(new OutboundSettings(UseSystemProxy: false, TimeSpan.FromSeconds(20))), _time);
    }

    private Task<ReadBack> ReadAsync() => _reader.ReadAsync(LedgerUnderTest.KeyOf(Key), Cancellation);

    private async Task<HttpResponseMessage> CreateAsync(string customerKey)
    {
        using var client = new HttpClient { BaseAddress = _stack.ConversionApiAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "tok_sandbox");
        using var body = new StringContent(JsonSerializer.Serialize(new { xid = "xid_1", customer_key = customerKey }), Encoding.UTF8, "application/json");
        var answer = await client.PostAsync("conversion/xid", body, Cancellation);
        return answer.EnsureSuccessStatusCode();
    }
}

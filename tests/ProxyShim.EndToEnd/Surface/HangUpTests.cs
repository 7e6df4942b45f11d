using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Surface;

/// <summary>A caller who has gone is not a caller who was answered.</summary>
[RedisSuite]
[Trait(HardeningTrial.Trait, "callers who leave")]
public sealed class HangUpTests(UsualStand usual) : IClassFixture<UsualStand>
{
    private static readonly TimeSpan s_work = TimeSpan.FromMilliseconds(600);

    private readonly Stand _stand = usual.Fresh();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_conversion_stands_and_nobody_was_told()
    {
        _stand.PartnerStack.ConversionApi.SetFault(Fault.Delay(s_work));
        var key = await _stand.NewCustomerAsync();

        var line = await LeaveAsync(Creation(key), () => _stand.Conversions.Count == 0 && Calls(ApiKind.ConversionApi) == 1);

        Assert.Equal(("converted", JsonValueKind.Null), (line.GetProperty("Outcome").GetString(), line.GetProperty("Status").ValueKind));
        Assert.Equal(1, _stand.PartnerStack.ConversionsFor(key));
    }

    [Fact]
    public async Task A_fallback_without_a_listener_is_aborted()
    {
        _stand.PartnerStack.CustomerApi.SetFault(Fault.Delay(s_work));

        var line = await LeaveAsync(Creation(Stand.NewKey()), () => Calls(ApiKind.CustomerApi) == 1);

        AssertAborted(line);
        Assert.Equal("no_click", line.GetProperty("Reason").GetString());
    }

    [Theory]
    [InlineData("GET /api/v2/customers?limit=1 HTTP/1.1\r\n", "\r\n")]
    [InlineData("POST /api/v2/transactions HTTP/1.1\r\n", "Content-Length: 20\r\n\r\n{\"customer_key\":\"c\"}")]
    [InlineData("POST /api/v2/deals HTTP/1.1\r\n", "Content-Length: 2\r\n\r\n{}")]
    public async Task A_forwarded_call_without_a_listener_is_aborted(string start, string end)
    {
        _stand.PartnerStack.CustomerApi.SetFault(Fault.Delay(s_work));

        AssertAborted(await LeaveAsync((start, end), () => Calls(ApiKind.CustomerApi) == 1));
    }

    [Theory]
    [InlineData("/api/v2/customers")]
    [InlineData("/api/v2/transactions")]
    [InlineData("/api/v2/deals")]
    public async Task A_caller_who_leaves_in_the_middle_of_its_body_is_aborted(string path)
    {
        var line = await LeaveAsync(($"POST {path} HTTP/1.1\r\n", "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"customer_key\":"), () => true);

        AssertAborted(line);
        Assert.Empty(_stand.Conversions);
    }

    [Fact]
    public async Task Callers_who_close_at_once_are_nothing_to_warn_of()
    {
        // Some have gone before the shim looks, some while it works, some when it answers.
        for (var i = 0; i < 30; i++)
        {
            await LeaveAsync(Creation(await _stand.NewCustomerAsync()), () => true, pause: TimeSpan.FromMilliseconds(i % 5));
        }
    }

    [Fact]
    public async Task They_are_counted_but_not_timed()
    {
        _stand.PartnerStack.CustomerApi.SetFault(Fault.Delay(s_work));
        await LeaveAsync(("GET /api/v2/deals HTTP/1.1\r\n", "\r\n"), () => Calls(ApiKind.CustomerApi) == 1);

        using var client = new HttpClient();
        var metrics = await client.GetStringAsync(new Uri(_stand.Shim.Management, "/metrics"), Cancellation);

        Assert.Contains("proxyshim_requests_total{outcome=\"aborted\"", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("proxyshim_request_duration_seconds_count{outcome=\"aborted\"", metrics, StringComparison.Ordinal);
    }

    private static void AssertAborted(JsonElement line) =>
        Assert.Equal(("aborted", JsonValueKind.Null), (line.GetProperty("Outcome").GetString(), line.GetProperty("Status").ValueKind));

    private static (string Start, string End) Creation(string key)
    {
        var body = Stand.Body(key, "");
        return ("POST /api/v2/customers HTTP/1.1\r\n", $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    private int Calls(ApiKind kind) => _stand.PartnerStack.Calls.Count(call => call.Kind == kind);

    /// <summary>Sends a request, hangs up as soon as the condition holds, and gives the log's one event of it; nothing louder was said.</summary>
    private async Task<JsonElement> LeaveAsync((string Start, string End) request, Func<bool> when, TimeSpan pause = default)
    {
        var traceId = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);
        using (var connection = await RawConnection.OpenAsync(_stand.Shim.Address, Cancellation))
        {
            await connection.SendAsync(
                Encoding.UTF8.GetBytes($"{request.Start}Host: a\r\nAuthorization: {authorization}\r\ntraceparent: 00-{traceId}-{traceId[..16]}-01\r\n{request.End}"), Cancellation);
            await Eventually.IsTrueAsync("the call has come so far", () => Task.FromResult(when()), cancellation: Cancellation);
            await Task.Delay(pause, TimeProvider.System, Cancellation);
        }

        var line = await _stand.Shim.WaitForLogAsync(
            "the call is in the log",
            line => line.GetProperty("Event").GetString() == "RequestHandled" && line.GetProperty("TraceId").GetString() == traceId,
            Cancellation);

        // Kestrel would have said it by the time of the next call's event.
        await _stand.EventOfAsync(await _stand.CallAsync(new(HttpMethod.Get, "/x"), Cancellation), Cancellation);
        Assert.DoesNotContain(
            _stand.Shim.Log,
            said => said.TryGetProperty("SourceContext", out var source) && source.GetString()!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        return line;
    }
}

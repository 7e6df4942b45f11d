using System.Net.Http.Headers;
using System.Text;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Passthrough;

/// <summary>Until PartnerStack shows a customer, the ledger stands in for it.</summary>
[RedisSuite]
public sealed class FollowUpTests(TestRedis redis)
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_within_the_lag_is_answered_from_the_ledger()
    {
        await using var stand = await LaggingAsync();
        var key = await stand.NewCustomerAsync("""{"xid":"xid-1","sub_ids":["a"]}""");
        await stand.PostAsync(Stand.Body(key, "\"name\":\"Ann\",\"meta\":{\"plan\":\"pro\"}"), Cancellation);

        var read = await stand.CallAsync(About(HttpMethod.Get, key), Cancellation);

        Assert.Equal(200, read.Status);
        var data = read.Json.GetProperty("data");
        Assert.Equal(key, data.GetProperty("customer_key").GetString());
        Assert.Equal("Ann", data.GetProperty("name").GetString());
        Assert.Equal("partner", data.GetProperty("partner_key").GetString());
        Assert.Equal("pro", data.GetProperty("mdata").GetProperty("plan").GetString());
        Assert.Equal("a", data.GetProperty("sub_ids")[0].GetString());
        Assert.Equal("from_ledger", (await stand.EventOfAsync(read, Cancellation)).GetProperty("Reason").GetString());
    }

    [Fact]
    public async Task A_head_within_the_lag_is_answered_without_a_body()
    {
        await using var stand = await LaggingAsync();
        var key = await stand.NewCustomerAsync();
        await stand.PostAsync(Stand.Body(key), Cancellation);

        var head = await stand.CallAsync(About(HttpMethod.Head, key), Cancellation);

        Assert.Equal((200, ""), (head.Status, head.Text));
    }

    [Fact]
    public async Task A_customer_whom_nobody_knows_stays_a_404()
    {
        await using var stand = await LaggingAsync();

        var read = await stand.CallAsync(About(HttpMethod.Get, Stand.NewKey()), Cancellation);

        Assert.Equal(404, read.Status);
        Assert.Null(read.Outcome);
        Assert.Equal(404, read.Json.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_stranger_learns_nothing_from_the_ledger()
    {
        await using var stand = await LaggingAsync();
        var key = await stand.NewCustomerAsync();
        await stand.PostAsync(Stand.Body(key), Cancellation);

        var read = await stand.CallAsync(About(HttpMethod.Get, key, Stand.Stranger), Cancellation);

        Assert.Equal(404, read.Status);
    }

    /// <summary>Where anyone may convert, a pair that is not of the settings may be another account's: that one's 404 is true, and says nothing of ours.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_404_of_another_account_opens_nothing_keeps_nothing_and_erases_nothing(bool hasPair)
    {
        (string Key, string? Value)[] none = hasPair ? [] : [("CustomerApi:PublicKey", null), ("CustomerApi:SecretKey", null)];
        await using var stand = await LaggingAsync(
            [.. none, ("CustomerApi:AllowAnonymous", "true"), ("Delivery:Schedule:0", "00:00:00.300"), ("ConversionApi:MaxAttempts", "1")]);
        stand.PartnerStack.ConversionApi.SetFault(Fault.Status(503));
        var key = await stand.NewCustomerAsync();
        Assert.Equal("queued", (await stand.PostAsync(Stand.Body(key), Cancellation)).Outcome);

        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head, HttpMethod.Patch, HttpMethod.Delete])
        {
            var call = About(method, key, Stand.Stranger);
            call.Content = method == HttpMethod.Patch ? new StringContent("""{"name":"Eve"}""", Encoding.UTF8, "application/json") : null;
            var answer = await stand.CallAsync(call, Cancellation);
            Assert.Equal((404, null), (answer.Status, answer.Outcome));
            Assert.DoesNotContain(Canaries.Marker, answer.Text, StringComparison.Ordinal);
        }

        stand.PartnerStack.ConversionApi.ClearFaults();
        await stand.PartnerStack.WaitUntilAsync(stack => stack.ConversionsFor(key) == 1, TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task Nobody_who_was_deleted_is_created_again()
    {
        await using var stand = await LaggingAsync(
            ("Delivery:Schedule:0", "00:00:00.300"), ("ConversionApi:MaxAttempts", "1"), ("Verification:Grace", "00:00:00.100"));
        stand.PartnerStack.ConversionApi.SetFault(Fault.Status(503));
        var key = await stand.NewCustomerAsync();
        Assert.Equal("queued", (await stand.PostAsync(Stand.Body(key), Cancellation)).Outcome);

        await stand.CallAsync(About(HttpMethod.Delete, key), Cancellation);
        stand.PartnerStack.ConversionApi.ClearFaults();

        // A later job is delivered, so the deleted one's time has come and gone.
        stand.PartnerStack.ConversionApi.EnqueueFaults(Fault.Status(503));
        var later = await stand.NewCustomerAsync();
        Assert.Equal("queued", (await stand.PostAsync(Stand.Body(later), Cancellation)).Outcome);
        await stand.PartnerStack.WaitUntilAsync(stack => stack.ConversionsFor(later) == 1, TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal(0, stand.PartnerStack.ConversionsFor(key));
        Assert.Equal(404, (await stand.CallAsync(About(HttpMethod.Get, key), Cancellation)).Status);
    }

    private static HttpRequestMessage About(HttpMethod method, string key, AuthenticationHeaderValue? authorization = null) =>
        new(method, $"/api/v2/customers/{key}") { Headers = { Authorization = authorization ?? Stand.Basic(Stand.PublicKey, Stand.SecretKey) } };

    private async Task<Stand> LaggingAsync(params (string Key, string? Value)[] settings)
    {
        var stand = await Stand.StartAsync(redis, Cancellation, settings);
        stand.PartnerStack.Lag = s_hour;
        return stand;
    }
}

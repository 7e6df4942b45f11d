using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.EndToEnd.Lifetime;

/// <summary>What a SIGTERM brings about.</summary>
[RedisSuite]
public sealed class StopTests(TestRedis redis)
{
    private static readonly (string, string?) s_patientAttempts = ("ConversionApi:AttemptTimeout", "00:00:20");
    private static readonly (string, string?) s_patientCalls = ("ConversionApi:TotalTimeout", "00:00:20");

    // A drain that callers hold open ends after half of it.
    private static readonly (string, string?) s_shortEnd = ("ShutdownTimeout", "00:00:06");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_not_ready_any_more_and_answers_what_is_in_flight()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_patientAttempts, s_patientCalls);
        var customer = await stand.NewCustomerAsync();
        stand.PartnerStack.ConversionApi.SetFault(Fault.Hang(landed: true));
        var answer = stand.PostAsync(Stand.Body(customer), Cancellation);
        await stand.PartnerStack.WaitUntilAsync(partnerStack => partnerStack.Conversions.Count == 1, Eventually.DefaultLimit, Cancellation);

        var exit = stand.Shim.StopAsync(Cancellation);

        await WaitUntilDrainingAsync(stand.Shim);
        Assert.False(answer.IsCompleted);
        stand.PartnerStack.ConversionApi.ReleaseHung();
        Assert.Equal((200, "converted"), ((await answer).Status, (await answer).Outcome));
        Assert.True(await exit == 0, stand.Shim.Describe());
        Assert.Equal(customer, Assert.Single(stand.Conversions).CustomerKey);
    }

    [Fact]
    public async Task Whoever_still_calls_is_served_and_his_connection_ends_with_the_answer()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_shortEnd);
        using var kept = await RawConnection.OpenAsync(stand.Shim.Address, Cancellation);
        Assert.Null((await AskAsync(kept)).Header("Connection"));
        using var callers = new Callers(stand.Shim.Address);

        var exit = stand.Shim.StopAsync(Cancellation);
        await WaitUntilDrainingAsync(stand.Shim);

        var answer = await AskAsync(kept);
        Assert.Equal((200, "close"), (answer.Status, answer.Header("Connection")));
        Assert.Empty(await kept.ReadToEndAsync(Cancellation));
        using var late = await RawConnection.OpenAsync(stand.Shim.Address, Cancellation);
        var lateAnswer = await AskAsync(late);
        Assert.Equal((200, "close"), (lateAnswer.Status, lateAnswer.Header("Connection")));
        await callers.LeaveAsync();
        Assert.Equal(0, await exit);
    }

    [Fact]
    public async Task No_job_is_taken_although_callers_are_still_served()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_shortEnd, ("Delivery:Schedule:0", "00:00:00.050"));
        stand.PartnerStack.ConversionApi.SetFault(Fault.Status(503));
        await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);
        var attempts = 0;
        await stand.PartnerStack.WaitUntilAsync(_ => (attempts = Attempts(stand)) > 5, Eventually.DefaultLimit, Cancellation);
        using var callers = new Callers(stand.Shim.Address);

        var exit = stand.Shim.StopAsync(Cancellation);
        await WaitUntilDrainingAsync(stand.Shim);

        // One attempt may be under way.
        var before = Attempts(stand);
        var served = callers.Served;
        Assert.Equal(0, await exit);
        Assert.NotEqual(served, callers.Served);
        Assert.InRange(Attempts(stand), before, before + 1);
        await callers.LeaveAsync();
    }

    [Fact]
    public async Task A_job_that_has_been_taken_is_brought_to_its_end()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, s_patientAttempts, s_patientCalls, ("Delivery:Schedule:0", "00:00:00.050"));
        stand.PartnerStack.ConversionApi.SetFault(Fault.Status(503));
        var answer = await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);
        Assert.Equal("queued", answer.Outcome);

        // The drain is over long before: nothing but the job keeps the shim from its end.
        stand.PartnerStack.ConversionApi.SetFault(Fault.Delay(TimeSpan.FromSeconds(6)));
        await stand.PartnerStack.WaitUntilAsync(partnerStack => partnerStack.Calls.Any(call => call.Fault?.Kind is FaultKind.Delay), Eventually.DefaultLimit, Cancellation);

        Assert.Equal(0, await stand.Shim.StopAsync(Cancellation));

        Assert.Empty(await IndexAsync(stand, "due"));
        Assert.Single(await IndexAsync(stand, "unverified"));
        Assert.Single(stand.Shim.Log, line => line.TryGetProperty("Event", out var name) && name.GetString() == "ConversionSent");
    }

    [Fact]
    public async Task The_lease_of_a_read_back_is_given_back()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Verification:Grace", "00:00:00.100"));
        stand.PartnerStack.CustomerApi.SetFault(Fault.Hang(landed: true));
        await stand.PostAsync(Stand.Body(await stand.NewCustomerAsync()), Cancellation);
        await stand.PartnerStack.WaitUntilAsync(_ => stand.Forwarded.Count == 1, Eventually.DefaultLimit, Cancellation);
        Assert.True(Assert.Single(await IndexAsync(stand, "unverified")).Score > await NowAsync(stand));

        Assert.Equal(0, await stand.Shim.StopAsync(Cancellation));

        Assert.InRange(Assert.Single(await IndexAsync(stand, "unverified")).Score, 0, await NowAsync(stand));
    }

    [Fact]
    public async Task What_hangs_longer_than_ShutdownTimeout_does_not_keep_it()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("ShutdownTimeout", "00:00:02"));
        stand.PartnerStack.CustomerApi.SetFault(Fault.Hang(landed: true));
        using var caller = await RawConnection.OpenAsync(stand.Shim.Address, Cancellation);
        await caller.SendAsync(s_request, Cancellation);
        await stand.PartnerStack.WaitUntilAsync(_ => stand.Forwarded.Count == 1, Eventually.DefaultLimit, Cancellation);

        // Ten times what it is given, and less than the host would take by itself (30 s).
        Assert.True(await stand.Shim.StopAsync(Cancellation).WaitAsync(TimeSpan.FromSeconds(20), Cancellation) == 0, stand.Shim.Describe());
        Assert.Empty(stand.Shim.Errors);
    }

    private const string s_request = "GET /api/v2/deals HTTP/1.1\r\nHost: shim\r\nAuthorization: Basic cGtfdmVuZG9yOnNrX3ZlbmRvcg==\r\n\r\n";

    private static async Task<RawMessage> AskAsync(RawConnection connection)
    {
        await connection.SendAsync(s_request, Cancellation);
        return await connection.ReadAsync(Cancellation);
    }

    private static int Attempts(Stand stand) => stand.PartnerStack.Calls.Count(call => call.Kind == ApiKind.ConversionApi);

    private static async Task WaitUntilDrainingAsync(ShimProcess shim)
    {
        using var client = new HttpClient();
        await Eventually.IsTrueAsync("the shim says that it drains", async () =>
        {
            using var answer = await client.GetAsync(new Uri(shim.Management, "/healthz/ready"), Cancellation);
            return (int)answer.StatusCode == 503
                && JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).GetProperty("status").GetString() == "draining";
        }, cancellation: Cancellation);
    }

    private static async Task<IReadOnlyList<SortedSetEntry>> IndexAsync(Stand stand, string name)
    {
        var entries = new List<SortedSetEntry>();
        foreach (var key in (await stand.Redis.KeysAsync()).Where(key => key.EndsWith($":{name}", StringComparison.Ordinal)))
        {
            entries.AddRange(await stand.Redis.Database.SortedSetRangeByRankWithScoresAsync(key));
        }

        return entries;
    }

    private static async Task<long> NowAsync(Stand stand)
        => new DateTimeOffset(await stand.Redis.Connection.GetServers()[0].TimeAsync()).ToUnixTimeMilliseconds();

    /// <summary>Somebody who calls again and again, on a connection of its own each time, until the listener is closed.</summary>
    private sealed class Callers : IDisposable
    {
        private readonly CancellationTokenSource _leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        private readonly Task _calling;
        private int _served;

        public Callers(Uri shim) => _calling = CallAsync(shim);

        public int Served => Volatile.Read(ref _served);

        public async Task LeaveAsync()
        {
            await _leaving.CancelAsync();
            await _calling;
        }

        public void Dispose() => _leaving.Dispose();

        private async Task CallAsync(Uri shim)
        {
            try
            {
                while (true)
                {
                    using var connection = await RawConnection.OpenAsync(shim, _leaving.Token);
                    await connection.SendAsync(s_request, _leaving.Token);
                    await connection.ReadAsync(_leaving.Token);
                    Interlocked.Increment(ref _served);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or System.Net.Sockets.SocketException)
            {
                // It left, or the listener is closed.
            }
        }
    }
}

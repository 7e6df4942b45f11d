using ProxyShim.Telemetry;
using ProxyShim.Testing;
using ProxyShim.Tests.Background;
using ProxyShim.Tests.Ledger.Model;
using Xunit;

namespace ProxyShim.Tests.FollowUps;

/// <summary>A Redis that fails while a call is being kept: whatever the app is told, and does then, the call takes effect once and in its order.</summary>
[RedisSuite]
public class KeepingTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool, bool, bool, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool, bool, bool, bool>();
            foreach (var resource in (string[])["transactions", "actions", "customers"])
            {
                for (var bits = 0; bits < 16; bits++)
                {
                    cases.Add(resource, (bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0, (bits & 8) > 0);
                }
            }

            return cases;
        }
    }

    /// <param name="resource">What the call is about.</param>
    /// <param name="isBehind">Another call waits already.</param>
    /// <param name="isShown">PartnerStack shows the customer, and no read-back has told so yet.</param>
    /// <param name="isKept">Redis keeps the call, and its reply is lost; else Redis does not hear of it.</param>
    /// <param name="isQuick">The app comes again before Redis has heard that the first call is not to be played.</param>
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_call_that_was_kept_for_all_we_know_takes_effect_once(string resource, bool isBehind, bool isShown, bool isKept, bool isQuick)
    {
        await using var background = await BackgroundHost.OpenAsync(redis);
        await using var host = await FollowUpHost.OpenAsync(background);
        var (first, body) = (FollowUpHost.Payment(1), resource switch
        {
            "transactions" => FollowUpHost.Payment(2),
            "actions" => FollowUpHost.Action(2),
            _ => FollowUpHost.Change("Bob"),
        });
        if (isBehind)
        {
            Assert.Equal(Outcome.Kept, (await host.CallAsync("transactions", first)).Record.Outcome);
        }

        if (isShown)
        {
            await host.ShowAsync();
        }

        host.AtKeeping(() => new(isKept ? Loss.Reply : Loss.Command));
        var (status, _, _) = await host.CallAsync(resource, body);
        if (isQuick)
        {
            await host.InsistAsync(resource, body, status);
        }

        await host.CatchUpAsync();
        await host.InsistAsync(resource, body, isQuick ? 200 : status);
        if (!isShown)
        {
            await host.ShowAsync();
        }

        await host.PlayAsync();

        Assert.Equal(isBehind ? [first, body] : [body], host.Effects());
    }

    [Theory]
    [InlineData("transactions", false, 404)]
    [InlineData("transactions", true, 503)]
    [InlineData("actions", false, 503)]
    public async Task What_Redis_keeps_too_late_is_not_kept(string resource, bool isBehind, int told)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("Redis:Timeout", "00:00:00.500"));
        await using var host = await FollowUpHost.OpenAsync(background);
        if (isBehind)
        {
            await host.CallAsync("transactions", FollowUpHost.Payment(1));
        }

        var began = await background.Under.NowAsync();
        host.AtKeeping(async () =>
        {
            await Eventually.IsTrueAsync(
                "Redis has stood still for longer than the call waits",
                async () => await background.Under.NowAsync() > began + TimeSpan.FromSeconds(1),
                cancellation: Cancellation);
            return Loss.None;
        });
        var (status, _, record) = await host.CallAsync(resource, resource == "actions" ? FollowUpHost.Action(2) : FollowUpHost.Payment(2));
        await host.ShowAsync();
        await host.PlayAsync();

        Assert.Equal((told, Reasons.RedisDown), (status, record.Reason));
        Assert.Equal(isBehind ? [FollowUpHost.Payment(1)] : [], host.Effects());
    }

    [Theory]
    [InlineData("too many", null)]
    [InlineData("too large", null)]
    [InlineData("no object", null)]
    [InlineData("packed", "br")]
    public async Task A_change_that_cannot_be_kept_does_not_overtake_the_one_that_waits(string why, string? coding)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("FollowUps:MaxCalls", why == "too many" ? "1" : "100"));
        await using var host = await FollowUpHost.OpenAsync(background);
        Assert.Equal(200, (await host.CallAsync("customers", FollowUpHost.Change("Ann"))).Status);
        await host.ShowAsync();
        var later = why switch
        {
            "too large" => $$$"""{"name":"Bob","meta":{"text":"{{{new string('x', 256 * 1024)}}}"}}""",
            "no object" => """[{"name":"Bob"}]""",
            _ => FollowUpHost.Change("Bob"),
        };

        var (status, retryAfter, record) = await host.CallAsync("customers", later, coding);

        Assert.Equal((503, "5", Outcome.Unavailable), (status, retryAfter, record.Outcome));
        Assert.Equal(why switch { "too many" => "too_many_kept", "too large" => "body_too_large", "packed" => "content_encoding", _ => "malformed_json" }, record.Reason);
        Assert.Empty(host.Effects());
        await host.PlayAsync();
        Assert.Equal("Ann", background.PartnerStack.FindCustomer("customer")!.Name);

        // None waits any more: whatever it is, it is the Customer API's to judge.
        (status, _, record) = await host.CallAsync("customers", later, coding);
        Assert.Equal((why == "no object" ? 400 : 200, Outcome.Passthrough), (status, record.Outcome));
        Assert.Equal(why == "no object" ? "Ann" : "Bob", background.PartnerStack.FindCustomer("customer")!.Name);
    }

    [Theory]
    [InlineData(false, 404)]
    [InlineData(true, 200)]
    public async Task A_payment_that_cannot_be_kept_is_for_the_Customer_API_to_answer(bool isShown, int status)
    {
        await using var background = await BackgroundHost.OpenAsync(redis, ("FollowUps:MaxCalls", "1"));
        await using var host = await FollowUpHost.OpenAsync(background);
        await host.CallAsync("transactions", FollowUpHost.Payment(1));
        if (isShown)
        {
            await host.ShowAsync();
        }

        var answer = await host.CallAsync("transactions", FollowUpHost.Payment(2));

        Assert.Equal((status, Outcome.Passthrough, Reasons.TooManyKept), (answer.Status, answer.Record.Outcome, answer.Record.Reason));
    }
}

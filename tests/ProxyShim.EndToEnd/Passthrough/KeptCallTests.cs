using System.Text;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Passthrough;

/// <summary>A write that comes before PartnerStack shows its customer takes effect all the same: once, and in order.</summary>
[RedisSuite]
public sealed class KeptCallTests(TestRedis redis)
{
    private const string Transactions = "/api/v2/transactions";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    // Long enough for a handful of calls on a machine that is busy. Whoever is looked for before it is over is taken for a phantom.
    private static readonly TimeSpan s_lag = TimeSpan.FromSeconds(5);

    private static readonly (string Key, string? Value)[] s_quick =
        [("Verification:Grace", "00:00:07"), ("Verification:Interval", "00:00:00.200"), ("Delivery:Schedule:0", "00:00:00.200")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_app_that_signs_up_and_charges_at_once_has_what_it_would_have_without_the_lag()
    {
        await using var stand = await LaggingAsync();
        var key = await SignUpAsync(stand);

        string[] bodies = [Change("Bob"), Payment(key, 100), Payment(key, 250), Payment(key, -100), Action(key), Change("Eve")];
        string[] resources = ["customers", "transactions", "transactions", "transactions", "actions", "customers"];
        foreach (var (body, resource) in bodies.Zip(resources))
        {
            var answer = await WriteAsync(stand, key, resource, body);
            Assert.Equal((200, "kept"), (answer.Status, answer.Outcome));
            var data = answer.Json.GetProperty("data");
            Assert.Equal(JsonValueKind.Null, data.GetProperty("key").ValueKind);
            Assert.All(JsonElement.Parse(body).EnumerateObject(), sent => Assert.Equal(sent.Value.GetRawText(), data.GetProperty(sent.Name).GetRawText()));
        }

        Assert.Empty(stand.PartnerStack.FollowUps);
        Assert.Equal("Eve", (await stand.CallAsync(About(HttpMethod.Get, key), Cancellation)).Json.GetProperty("data").GetProperty("name").GetString());

        await stand.PartnerStack.WaitUntilAsync(stack => stack.FollowUps.Count == bodies.Length, s_limit, Cancellation);

        Assert.Equal(bodies.Zip(resources), stand.PartnerStack.FollowUps.Select(done => (done.BodyText, done.Resource)));
        Assert.All(stand.PartnerStack.FollowUps, done => Assert.Equal(key, done.CustomerKey));
        Assert.Equal("Eve", stand.PartnerStack.FindCustomer(key)!.Name);
        await AssertNothingIsLeftAsync(stand, key);
    }

    [Fact]
    public async Task A_client_in_Node_gets_the_same_done_through_the_shim_as_at_an_API_without_lag()
    {
        var node = Require.Program("node", "nodejs");
        await using var direct = await SimulatedPartnerStack.StartAsync(new() { KeyPairs = [new(Stand.PublicKey, Stand.SecretKey)] }, Cancellation);
        await using var stand = await LaggingAsync();
        var key = await stand.NewCustomerAsync();

        foreach (var api in (Uri[])[direct.CustomerApiAddress, stand.Shim.Address])
        {
            var setup = JsonSerializer.Serialize(
                new { @base = api.GetLeftPart(UriPartial.Authority), @public = Stand.PublicKey, secret = Stand.SecretKey, customer = key });
            await using var client = ChildProcess.Start(node, [Path.Combine(Repository.Root, "tests", "ProxyShim.EndToEnd", "clients", "early_calls.mjs"), setup]);
            Assert.True(await client.WaitForExitAsync(s_limit, Cancellation) == 0, client.Describe());
        }

        Assert.Equal(5, direct.FollowUps.Count);
        await stand.PartnerStack.WaitUntilAsync(stack => stack.FollowUps.Count == direct.FollowUps.Count, s_limit, Cancellation);
        Assert.Equal(direct.FollowUps, stand.PartnerStack.FollowUps);
        var (one, other) = (direct.FindCustomer(key)!, stand.PartnerStack.FindCustomer(key)!);
        Assert.Equal((one.Email, one.Name, one.Meta), (other.Email, other.Name, other.Meta));
    }

    [Fact]
    public async Task A_customer_who_is_shown_is_written_to_as_ever()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, [.. s_quick, ("Verification:Grace", "00:00:00.200")]);
        stand.PartnerStack.Lag = TimeSpan.Zero;
        var key = await SignUpAsync(stand);
        await stand.Shim.WaitForLogAsync("it is verified", line => IsEvent(line, "ConversionVerified"), Cancellation);

        var answer = await WriteAsync(stand, key, "transactions", Payment(key, 100));

        Assert.Equal((200, null), (answer.Status, answer.Outcome));
        Assert.Single(stand.PartnerStack.FollowUps);
    }

    [Theory]
    [InlineData("FollowUps:Mode", "PassThrough")]
    [InlineData("CustomerApi:PublicKey", null)]
    public async Task Where_nothing_is_kept_the_404_is_the_answer(string setting, string? value)
    {
        (string Key, string? Value)[] settings = value is null
            ? [(setting, null), ("CustomerApi:SecretKey", null), ("CustomerApi:Callers:0:Name", "crm"), ("CustomerApi:Callers:0:PublicKey", Stand.PublicKey), ("CustomerApi:Callers:0:SecretKey", Stand.SecretKey)]
            : [(setting, value)];
        await using var stand = await Stand.StartAsync(redis, Cancellation, settings);
        stand.PartnerStack.Lag = TimeSpan.FromHours(1);
        var key = await SignUpAsync(stand);

        var answer = await WriteAsync(stand, key, "transactions", Payment(key, 100));

        Assert.Equal((404, null), (answer.Status, answer.Outcome));
        Assert.DoesNotContain(stand.Shim.Output, line => line.Contains("CallKept", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_more_than_may_wait_passes_with_its_404()
    {
        await using var stand = await LaggingAsync(("FollowUps:MaxCalls", "1"));
        var key = await SignUpAsync(stand);
        Assert.Equal("kept", (await WriteAsync(stand, key, "transactions", Payment(key, 1))).Outcome);

        var answer = await WriteAsync(stand, key, "transactions", Payment(key, 2));

        Assert.Equal((404, null), (answer.Status, answer.Outcome));
        Assert.Equal("too_many_kept", (await stand.EventOfAsync(answer, Cancellation)).GetProperty("Reason").GetString());
    }

    [Theory]
    [InlineData("too_many_kept")]
    [InlineData("body_too_large")]
    public async Task A_change_that_cannot_be_kept_is_asked_for_again_until_those_before_it_are_made(string reason)
    {
        await using var stand = await LaggingAsync(("FollowUps:MaxCalls", "1"));
        stand.PartnerStack.Lag = TimeSpan.FromSeconds(2);
        var key = await SignUpAsync(stand);
        var later = reason == "body_too_large" ? $$$"""{"name":"Bob","meta":{"text":"{{{new string('x', 300_000)}}}"}}""" : Change("Bob");
        Assert.Equal("kept", (await WriteAsync(stand, key, "customers", Change("Ann"))).Outcome);
        await stand.PartnerStack.WaitUntilAsync(stack => stack.FindCustomer(key) is not null, s_limit, Cancellation);

        var answer = await WriteAsync(stand, key, "customers", later);
        Assert.Equal((503, "unavailable", "5", 503), (answer.Status, answer.Outcome, answer.RetryAfter, answer.Json.GetProperty("status").GetInt32()));
        Assert.Equal(reason, (await stand.EventOfAsync(answer, Cancellation)).GetProperty("Reason").GetString());
        await Eventually.IsTrueAsync(
            "the app has come again often enough", async () => (await WriteAsync(stand, key, "customers", later)).Status == 200, s_limit, Cancellation);

        Assert.Equal([Change("Ann"), later], stand.PartnerStack.FollowUps.Select(done => done.BodyText));
        Assert.Equal("Bob", stand.PartnerStack.FindCustomer(key)!.Name);
        await AssertNothingIsLeftAsync(stand, key);
    }

    [Fact]
    public async Task A_stranger_keeps_nothing_and_a_gateways_404_says_nothing()
    {
        await using var stand = await LaggingAsync();
        var key = await SignUpAsync(stand);

        var strange = await stand.PostAsync(Payment(key, 1), Cancellation, Transactions, Stand.Stranger);
        stand.PartnerStack.CustomerApi.EnqueueFaults(Fault.Status(404, "<html>Not found</html>", headers: ("Content-Type", "text/html")));
        var gateway = await WriteAsync(stand, key, "transactions", Payment(key, 2));

        Assert.All([strange, gateway], answer => Assert.Equal((404, null), (answer.Status, answer.Outcome)));
    }

    [Fact]
    public async Task An_erased_customers_calls_go_with_it()
    {
        await using var stand = await LaggingAsync();
        var key = await SignUpAsync(stand);
        await WriteAsync(stand, key, "transactions", Payment(key, 1));

        await stand.CallAsync(About(HttpMethod.Delete, key), Cancellation);

        await AssertNothingIsLeftAsync(stand, key);
    }

    [Fact]
    public async Task In_the_middle_of_three_a_refused_one_is_a_dead_letter_and_the_others_take_effect()
    {
        await using var stand = await LaggingAsync();
        var key = await SignUpAsync(stand);
        foreach (var amount in (int[])[1, 2, 3])
        {
            await WriteAsync(stand, key, "transactions", Payment(key, amount));
        }

        stand.PartnerStack.CustomerApi.SetFaultRule(call => call.BodyText.Contains("\"amount\":2,", StringComparison.Ordinal) ? Fault.Status(400) : null);
        var dead = await stand.Shim.WaitForLogAsync("one is dead", line => IsEvent(line, "CallDead"), Cancellation);
        await stand.PartnerStack.WaitUntilAsync(stack => stack.FollowUps.Count == 2, s_limit, Cancellation);

        Assert.Equal(("refused", 400), (dead.GetProperty("Reason").GetString(), dead.GetProperty("Status").GetInt32()));
        Assert.Equal([Payment(key, 1), Payment(key, 3)], stand.PartnerStack.FollowUps.Select(done => done.BodyText));
    }

    [Fact]
    public async Task A_payment_that_may_have_landed_is_a_persons_to_judge_and_a_change_is_made_again()
    {
        await using var stand = await LaggingAsync();
        var key = await SignUpAsync(stand);
        await WriteAsync(stand, key, "transactions", Payment(key, 1));
        await WriteAsync(stand, key, "customers", Change("Bob"));
        var met = new HashSet<string>(StringComparer.Ordinal);
        stand.PartnerStack.CustomerApi.SetFaultRule(call => call.Method is "POST" or "PATCH" && met.Add(call.BodyText) ? Fault.ResetAfterBody(landed: true) : null);

        var dead = await stand.Shim.WaitForLogAsync("the payment is dead", line => IsEvent(line, "CallDead"), Cancellation);
        await stand.Shim.WaitForLogAsync("the change is made", line => IsEvent(line, "CallPlayed"), Cancellation);

        Assert.Equal("may_have_landed", dead.GetProperty("Reason").GetString());
        Assert.Single(stand.PartnerStack.FollowUps, done => done.Resource == "transactions");
    }

    [Fact]
    public async Task A_person_sees_what_waits_and_what_died_and_has_it_played_after_all()
    {
        await using var stand = await LaggingAsync(("Management:Token", "a token of some length"));
        var key = await SignUpAsync(stand);
        await WriteAsync(stand, key, "transactions", Payment(key, 1));
        using var admin = new HttpClient { BaseAddress = stand.Shim.Management };
        admin.DefaultRequestHeaders.Authorization = new("Bearer", "a token of some length");
        var life = JsonElement.Parse(await admin.GetStringAsync(new Uri($"/admin/conversions/{key}", UriKind.Relative), Cancellation));
        Assert.Equal(["/api/v2/transactions"], life.GetProperty("kept_calls").EnumerateArray().Select(call => call.GetProperty("route").GetString()));

        stand.PartnerStack.CustomerApi.SetFaultRule(call => call.Path == Transactions ? Fault.Status(400) : null);
        await stand.Shim.WaitForLogAsync("it is dead", line => IsEvent(line, "CallDead"), Cancellation);
        stand.PartnerStack.CustomerApi.ClearFaults();
        var (_, list, _) = await stand.RunProgramAsync(["dead-letters", "list"], Cancellation);
        Assert.Contains("refused  call=POST /api/v2/transactions  status=400", list, StringComparison.Ordinal);
        var reference = list.Split(' ')[0];
        Assert.Equal(0, (await stand.RunProgramAsync(["dead-letters", "replay", reference], Cancellation)).ExitCode);

        await stand.PartnerStack.WaitUntilAsync(stack => stack.FollowUps.Count == 1, s_limit, Cancellation);
        Assert.Equal("default", (await stand.Shim.WaitForLogAsync("who did it", line => IsEvent(line, "CallReplayed"), Cancellation)).GetProperty("By").GetString());
        await AssertNothingIsLeftAsync(stand, key);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task What_did_not_land_is_played_again(int status)
    {
        await using var stand = await LaggingAsync();
        var key = await SignUpAsync(stand);
        await WriteAsync(stand, key, "transactions", Payment(key, 1));
        await WriteAsync(stand, key, "transactions", Payment(key, 2));
        var times = 0;
        stand.PartnerStack.CustomerApi.SetFaultRule(call => call.Path == Transactions && times++ == 0 ? Fault.Status(status) : null);

        await stand.PartnerStack.WaitUntilAsync(stack => stack.FollowUps.Count == 2, s_limit, Cancellation);

        Assert.Equal([Payment(key, 1), Payment(key, 2)], stand.PartnerStack.FollowUps.Select(done => done.BodyText));
    }

    /// <summary>JavaScript cuts a name in the middle of an emoji, and sends the half that is left.</summary>
    [Fact]
    public async Task A_text_that_is_no_text_is_kept_answered_shown_and_played_as_it_came()
    {
        await using var stand = await LaggingAsync();
        var key = await SignUpAsync(stand);
        Assert.Equal("kept", (await WriteAsync(stand, key, "customers", Change("Ann"))).Outcome);
        string[] bodies = [Change("Bob \\ud83d"), Payment(key, 1).Replace("USD", "\\ud83d", StringComparison.Ordinal)];
        foreach (var (body, resource) in bodies.Zip((string[])["customers", "transactions"]))
        {
            var answer = await WriteAsync(stand, key, resource, body);
            Assert.Equal((200, "kept"), (answer.Status, answer.Outcome));
            Assert.Contains("\\ud83d", answer.Json.GetProperty("data").GetRawText(), StringComparison.Ordinal);
        }

        Assert.Equal("Ann", (await stand.CallAsync(About(HttpMethod.Get, key), Cancellation)).Json.GetProperty("data").GetProperty("name").GetString());
        await Eventually.IsTrueAsync(
            "both have come to PartnerStack, whose to judge they are",
            () => Task.FromResult(bodies.All(body => stand.Forwarded.Count(call => call.BodyText == body) == 1)),
            cancellation: Cancellation);
    }

    private static string Change(string name) => $$"""{"name":"{{name}}"}""";

    private static string Payment(string key, int amount) => $$"""{"customer_key":"{{key}}","amount":{{amount}},"currency":"USD"}""";

    private static string Action(string key) => $$"""{"type":"invited","value":1,"target_type":"customer","target_key":"{{key}}"}""";

    private static bool IsEvent(JsonElement line, string name) => line.TryGetProperty("Event", out var value) && value.GetString() == name;

    private static HttpRequestMessage About(HttpMethod method, string key) =>
        new(method, $"/api/v2/customers/{key}") { Headers = { Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey) } };

    private static Task<LegacyAnswer> WriteAsync(Stand stand, string key, string resource, string body)
    {
        var request = resource == "customers" ? About(HttpMethod.Patch, key) : new(HttpMethod.Post, $"/api/v2/{resource}");
        request.Headers.Authorization = Stand.Basic(Stand.PublicKey, Stand.SecretKey);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return stand.CallAsync(request, Cancellation);
    }

    private static async Task<string> SignUpAsync(Stand stand)
    {
        var key = await stand.NewCustomerAsync();
        Assert.Equal("converted", (await stand.PostAsync(Stand.Body(key, ""), Cancellation)).Outcome);
        return key;
    }

    // Neither the calls nor what names the customer among the partition's.
    private static Task AssertNothingIsLeftAsync(Stand stand, string key) => Eventually.IsTrueAsync(
        "nothing of the kept calls is left",
        async () =>
        {
            var left = await stand.Redis.KeysAsync();
            return !left.Any(name => name.Contains(":calls:", StringComparison.Ordinal) || name.EndsWith(":waiting", StringComparison.Ordinal)
                || name.EndsWith(":playing", StringComparison.Ordinal) || name.EndsWith(":letters", StringComparison.Ordinal));
        },
        cancellation: Cancellation);

    private async Task<Stand> LaggingAsync(params (string Key, string? Value)[] settings)
    {
        var stand = await Stand.StartAsync(redis, Cancellation, [.. s_quick, .. settings]);
        stand.PartnerStack.Lag = s_lag;
        return stand;
    }
}

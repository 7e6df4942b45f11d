using System.Net.Http.Headers;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Management;

/// <summary>Dead letters by HTTP and by the command line of the same binary.</summary>
[RedisSuite]
public sealed class DeadLetterTests(TestRedis redis)
{
    private const string Token = "mgt_vendor_token";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_replayed_dead_letter_is_delivered_once()
    {
        await using var stand = await StartAsync();
        var key = await DieAsync(stand);
        var letter = Assert.Single(await ListAsync(stand));
        Assert.Equal("expired", letter.GetProperty("reason").GetString());
        Assert.True(letter.GetProperty("replayable").GetBoolean());
        Assert.DoesNotContain(key, letter.GetRawText(), StringComparison.Ordinal);

        using var replayed = await AdminAsync(stand, HttpMethod.Post, $"/admin/dead-letters/{letter.GetProperty("ref").GetString()}/replay");
        using var again = await AdminAsync(stand, HttpMethod.Post, $"/admin/dead-letters/{letter.GetProperty("ref").GetString()}/replay");

        Assert.Equal((200, 404), ((int)replayed.StatusCode, (int)again.StatusCode));
        await stand.PartnerStack.WaitUntilAsync(stack => stack.ConversionsFor(key) == 1, TimeSpan.FromSeconds(30), Cancellation);
        await VerifiedAsync(stand, key);
        Assert.Equal(1, stand.PartnerStack.ConversionsFor(key));
        Assert.Empty(await ListAsync(stand));
    }

    [Fact]
    public async Task A_dead_letter_that_is_posted_again_is_delivered_once()
    {
        await using var stand = await StartAsync();
        var key = await DieAsync(stand);

        var answer = await stand.PostAsync(Stand.Body(key), Cancellation);

        Assert.Equal((200, "duplicate"), (answer.Status, answer.Outcome));
        await VerifiedAsync(stand, key);
        Assert.Equal(1, stand.PartnerStack.ConversionsFor(key));
    }

    [Fact]
    public async Task All_are_replayed_at_once()
    {
        await using var stand = await StartAsync();
        string[] keys = [await DieAsync(stand), await DieAsync(stand), await DieAsync(stand)];

        using var replayed = await AdminAsync(stand, HttpMethod.Post, "/admin/dead-letters/replay");

        Assert.Equal("""{"replayed":3}""", await replayed.Content.ReadAsStringAsync(Cancellation));
        foreach (var key in keys)
        {
            await VerifiedAsync(stand, key);
        }
    }

    [Fact]
    public async Task A_discarded_dead_letter_is_gone_and_its_customer_is_the_customer_apis()
    {
        await using var stand = await StartAsync();
        var key = await DieAsync(stand);
        var letter = Assert.Single(await ListAsync(stand));

        using var discarded = await AdminAsync(stand, HttpMethod.Delete, $"/admin/dead-letters/{letter.GetProperty("ref").GetString()}");

        Assert.Equal(204, (int)discarded.StatusCode);
        Assert.Empty(await ListAsync(stand));
        Assert.Equal("fallback", (await EventOfPostAsync(stand, key)).GetProperty("Outcome").GetString());
        Assert.Equal(0, stand.PartnerStack.ConversionsFor(key));
    }

    [Fact]
    public async Task The_command_line_does_the_same()
    {
        await using var stand = await StartAsync();
        var (first, second) = (await DieAsync(stand), await DieAsync(stand));

        var list = await CommandAsync(stand, "list");
        Assert.Equal(0, list.ExitCode);
        var references = list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).ToArray();
        Assert.Equal(2, references.Length);
        Assert.Equal((0, "discarded"), await CommandAsync(stand, "discard", references[0]));
        Assert.Equal((0, "replayed 1"), await CommandAsync(stand, "replay", "--all"));

        await stand.PartnerStack.WaitUntilAsync(
            stack => stack.ConversionsFor(first) + stack.ConversionsFor(second) == 1, TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal(1, (await CommandAsync(stand, "replay", references[0])).ExitCode);
        Assert.Equal(64, (await CommandAsync(stand, "resurrect")).ExitCode);
    }

    [Fact]
    public async Task Without_the_token_nothing_is_shown_and_nothing_done()
    {
        await using var stand = await StartAsync();
        await DieAsync(stand);

        foreach (var authorization in (AuthenticationHeaderValue?[])[null, new("Bearer", "wrong"), Stand.Basic(Stand.PublicKey, Stand.SecretKey)])
        {
            using var answer = await AdminAsync(stand, HttpMethod.Get, "/admin/dead-letters", authorization, withToken: false);
            Assert.Equal(401, (int)answer.StatusCode);
            Assert.DoesNotContain("ref", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_ledger_of_a_newer_format_is_refused_at_start()
    {
        await using var stand = await StartAsync();
        await stand.Redis.Database.StringSetAsync($"{stand.Redis.KeyPrefix}live:format", 2);

        var (exitCode, _, errors) = await stand.RunProgramAsync([], Cancellation);

        Assert.Equal(78, exitCode);
        Assert.Contains("format '2'", errors, StringComparison.Ordinal);
    }

    private static async Task<string> DieAsync(Stand stand)
    {
        // Once for the legacy app and once for the worker, by when the job is too old.
        stand.PartnerStack.ConversionApi.SetFault(Fault.Status(503));
        var key = await stand.NewCustomerAsync();
        Assert.Equal("queued", (await stand.PostAsync(Stand.Body(key), Cancellation)).Outcome);
        await Eventually.IsTrueAsync("it is dead", async () => await StateAsync(stand, key) == "dead", cancellation: Cancellation);
        stand.PartnerStack.ConversionApi.ClearFaults();
        return key;
    }

    private static Task VerifiedAsync(Stand stand, string key) =>
        Eventually.IsTrueAsync("it is verified", async () => await StateAsync(stand, key) == "verified", cancellation: Cancellation);

    private static async Task<string?> StateAsync(Stand stand, string key)
    {
        using var answer = await AdminAsync(stand, HttpMethod.Get, $"/admin/conversions/{key}");
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).GetProperty("state").GetString();
    }

    private static async Task<JsonElement[]> ListAsync(Stand stand)
    {
        using var answer = await AdminAsync(stand, HttpMethod.Get, "/admin/dead-letters");
        return [.. JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).GetProperty("dead_letters").EnumerateArray()];
    }

    private static async Task<JsonElement> EventOfPostAsync(Stand stand, string key) =>
        await stand.EventOfAsync(await stand.PostAsync(Stand.Body(key), Cancellation), Cancellation);

    private static async Task<HttpResponseMessage> AdminAsync(
        Stand stand, HttpMethod method, string path, AuthenticationHeaderValue? authorization = null, bool withToken = true)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(stand.Shim.Management, path));
        request.Headers.Authorization = withToken ? new AuthenticationHeaderValue("Bearer", Token) : authorization;
        return await client.SendAsync(request, Cancellation);
    }

    private static async Task<(int ExitCode, string Output)> CommandAsync(Stand stand, params string[] words)
    {
        var (exitCode, output, _) = await stand.RunProgramAsync(["dead-letters", .. words], Cancellation);
        return (exitCode, output.Trim());
    }

    private Task<Stand> StartAsync() => Stand.StartAsync(
        redis, Cancellation,
        ("Management:Token", Token), ("ConversionApi:MaxAttempts", "1"), ("Delivery:Schedule:0", "00:00:01.100"), ("Delivery:MaxAge", "00:00:01"),
        ("Verification:Grace", "00:00:00.100"), ("Verification:Interval", "00:00:00.100"));
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.SwitchOver;

/// <summary>The share changes under load, on two replicas that learn of it at different moments: every customer is on one side.</summary>
[RedisSuite]
public sealed class SwitchOverTests(TestRedis redis)
{
    private const string AdminToken = "a token of some length";

    private const int Calls = 150;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task From_nobody_to_everybody_and_back_no_call_fails_and_nobody_is_on_both_sides(bool byFile)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Token", AdminToken), ("Rollout:Percent", byFile ? null : "0"));
        await using var other = await ShimProcess.StartAsync(stand.SettingsWith(("Management:Token", AdminToken)), Cancellation);
        ShimProcess[] replicas = [stand.Shim, other];
        var files = replicas.Select(replica => new MountedFile(replica.Folder)).ToList();
        using var admin = new HttpClient { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", AdminToken) } };
        await SetAsync(0);
        stand.Reset();
        var apps = replicas.Select(replica => new KeepAliveApp(replica.Address, _ => stand.NewCustomerAsync())).ToList();
        using var leaving = new CancellationTokenSource();
        var load = Task.WhenAll(apps.Select(app => app.RunAsync(4, leaving.Token, Cancellation)));

        await AfterCallsAsync();
        Assert.Empty(stand.Conversions);
        await SetAsync(100);
        var forwarded = stand.Forwarded.Count;
        await AfterCallsAsync();

        // Who was on the way when it changed may have been forwarded.
        Assert.InRange(stand.Forwarded.Count, forwarded, forwarded + 8);
        await SetAsync(0);
        var converted = stand.Conversions.Count;
        await AfterCallsAsync();
        Assert.InRange(stand.Conversions.Count, converted, converted + 8);
        await leaving.CancelAsync();
        await load;

        Assert.Empty(apps.SelectMany(app => app.Failures));
        var all = apps.SelectMany(app => app.Acknowledged).ToHashSet();
        var sent = stand.Conversions.Select(conversion => conversion.CustomerKey).ToList();
        var left = stand.Forwarded.Where(call => call.Method == "POST").Select(call => JsonElement.Parse(call.BodyText).GetProperty("customer_key").GetString()).ToList();
        Assert.Equal(all.Count, sent.Count + left.Count);
        Assert.Equal(all, sent.Concat(left).ToHashSet()!);

        async Task SetAsync(int percent)
        {
            if (byFile)
            {
                files.ForEach(file => file.Write($$$"""{"Rollout":{"Percent":{{{percent}}}}}"""));
            }
            else
            {
                // At one of them, and not always the same.
                using var content = new StringContent($$"""{"percent":{{percent}}}""", Encoding.UTF8, "application/json");
                using var answer = await admin.PutAsync(new Uri(replicas[percent % 3 % 2].Management, "/admin/rollout"), content, Cancellation);
                Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
            }

            foreach (var replica in replicas)
            {
                await Eventually.IsTrueAsync(
                    $"a replica is at {percent} %",
                    async () => JsonElement.Parse(await admin.GetStringAsync(new Uri(replica.Management, "/admin/rollout"), Cancellation)).GetProperty("percent").GetInt32() == percent,
                    cancellation: Cancellation);
            }
        }

        Task AfterCallsAsync() => Task.WhenAll(apps.Select(app => app.AfterAsync(Calls, Cancellation)));
    }

    [Fact]
    public async Task A_change_is_an_event_on_each_replica_and_outlives_a_restart_until_it_is_taken_back()
    {
        await using var stand = await Stand.StartAsync(
            redis, Cancellation, ("Management:Tokens:0:Name", "ann"), ("Management:Tokens:0:Token", AdminToken), ("Rollout:Mode", "Shadow"));
        using var admin = new HttpClient { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", AdminToken) } };
        using var content = new StringContent("""{"mode":"Live"}""", Encoding.UTF8, "application/json");
        using var answer = await admin.PutAsync(new Uri(stand.Shim.Management, "/admin/rollout"), content, Cancellation);
        await using var second = await ShimProcess.StartAsync(stand.SettingsWith(("Management:Tokens:0:Name", "bob")), Cancellation);

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(("ann", "runtime", "Shadow", "Live 100 %", false), Told(await ChangeAsync(stand.Shim)));
        Assert.Equal(("ann", "runtime", "Shadow", "Live 100 %", true), Told(await ChangeAsync(second)));
        var shown = JsonElement.Parse(await admin.GetStringAsync(new Uri(second.Management, "/admin/rollout"), Cancellation));
        Assert.Equal(
            ("Live", "runtime", "ann", "Shadow"),
            (shown.GetProperty("mode").GetString(), shown.GetProperty("source").GetString(), shown.GetProperty("changed_by").GetString(), shown.GetProperty("settings").GetString()));

        using var back = await admin.DeleteAsync(new Uri(second.Management, "/admin/rollout"), Cancellation);
        var followed = await stand.Shim.WaitForLogAsync("the first follows", line => Is(line) && line.GetProperty("Source").GetString() == "settings", Cancellation);
        Assert.Equal(("bob", "settings", "Live 100 %", "Shadow", true), Told(followed));
    }

    [Fact]
    public async Task A_change_of_anything_else_says_that_it_waits_for_a_restart()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        var file = new MountedFile(stand.Shim.Folder);

        file.Write("""{"Rollout":{"Mode":"Shadow"},"Verification":{"MaxResends":1}}""");

        var warning = await stand.Shim.WaitForLogAsync("the setting is named", line => line.GetProperty("Event").GetString() == "SettingWarning", Cancellation);
        Assert.Equal("Verification:MaxResends", warning.GetProperty("Setting").GetString());
        Assert.Contains("restart", warning.GetProperty("Cause").GetString(), StringComparison.Ordinal);
        Assert.Equal((null, "settings", "Live 100 %", "Shadow", false), Told(await ChangeAsync(stand.Shim)));

        file.Write("""{"Rollout":{"Percent":101}}""");
        var unusable = await stand.Shim.WaitForLogAsync("what cannot be used is named", line => line.GetProperty("Event").GetString() == "SettingWarning"
            && line.GetProperty("Cause").GetString()!.Contains("Rollout:Percent", StringComparison.Ordinal), Cancellation);
        Assert.Contains("0 to 100", unusable.GetProperty("Cause").GetString(), StringComparison.Ordinal);
        Assert.Single(stand.Shim.Log, Is);
    }

    // Whatever follows a mistake may be a secret; the admin API shows the log's events.
    [Theory]
    [InlineData("""{"ConversionApi":{"Test":flase,"Token":"trk_canary"}}""", "line 1, byte 27")]
    [InlineData("{\n\"ConversionApi\":{\"Token\": trk_canary}}", "line 2, byte 29")]
    public async Task A_change_that_is_no_JSON_is_told_with_the_place_and_nothing_of_what_stands_there(string text, string place)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Token", AdminToken));
        using var admin = new HttpClient { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", AdminToken) } };

        new MountedFile(stand.Shim.Folder).Write(text);

        var warning = await stand.Shim.WaitForLogAsync("it is told", line => line.GetProperty("Event").GetString() == "SettingWarning", Cancellation);
        var cause = warning.GetProperty("Cause").GetString();
        Assert.Contains("appsettings.json", cause, StringComparison.Ordinal);
        Assert.Contains(place, cause, StringComparison.Ordinal);
        var events = await admin.GetStringAsync(new Uri(stand.Shim.Management, "/admin/events"), Cancellation);
        Assert.Contains(place, events, StringComparison.Ordinal);
        Assert.DoesNotContain("trk_canary", warning.GetRawText() + events, StringComparison.Ordinal);
    }

    private static Task<JsonElement> ChangeAsync(ShimProcess shim) => shim.WaitForLogAsync("the change is an event", Is, Cancellation);

    private static bool Is(JsonElement line) => line.GetProperty("Event").GetString() == "RolloutChanged";

    private static (string? By, string? Source, string? From, string? To, bool Followed) Told(JsonElement line) => (
        line.GetProperty("By").GetString(), line.GetProperty("Source").GetString(), line.GetProperty("From").GetString(), line.GetProperty("To").GetString(),
        line.GetProperty("Followed").GetBoolean());
}

using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ProxyShim.EndToEnd.ConsolePage;

/// <summary>The console of a shim that goes, hangs, has nothing to tell, or does not tell it.</summary>
[RedisSuite]
public sealed class LostConsoleTests(TestRedis redis, Chromium chromium) : IClassFixture<Chromium>
{
    private const string Token = "management-token";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_the_sandboxs_shim_dies_the_console_says_so_and_keeps_what_it_had()
    {
        await using var sandbox = new Sandbox();
        await sandbox.InitializeAsync();
        await using var window = await chromium.OpenAsync(sandbox.Console);
        await window.UnlockAsync(sandbox.Token);
        await Expect(window.Letter("xid_joan")).ToHaveCountAsync(1);
        Assert.Empty(window.Complaints);

        await sandbox.KillShimAsync();

        await Expect(window.Banner).ToContainTextAsync("Connection lost. What is shown is of ");
        await Expect(window.Letter("xid_joan")).ToHaveCountAsync(1);
        await window.HoldAsync();
        await window.KeepPictureAsync("console-lost");
    }

    [Fact]
    public async Task A_shim_that_hangs_is_lost_until_it_goes_on()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Token", Token));
        await using var window = await chromium.OpenAsync(stand.Shim.Management);
        await window.UnlockAsync(Token);

        stand.Shim.Pause();
        await Expect(window.Banner).ToContainTextAsync("Connection lost.");

        stand.Shim.Resume();
        await Expect(window.Banner).ToBeEmptyAsync();
        await Expect(window.Announcer).ToHaveTextAsync("Connected again.");
    }

    [Fact]
    public async Task Where_there_is_nothing_to_tell_it_says_so()
    {
        // Nothing has called this one, and it has never found its Redis.
        await using var shim = await ShimProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["CustomerApi:AllowAnonymous"] = "true",
                ["ConversionApi:Token"] = "token",
                ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()},abortConnect=false",
                ["Management:Token"] = Token,
            },
            Cancellation);
        await using var window = await chromium.OpenAsync(shim.Management);
        await window.UnlockAsync(Token);

        foreach (var figure in (string[])["Requests", "Click hit rate", "Answer time, median", "Verified", "Due", "Unverified", "Dead letters"])
        {
            await Expect(window.Figure(figure)).ToHaveTextAsync("no data");
        }

        await Expect(window.Section("Requests per minute").Locator("svg").GetByText("no data: no request since the start at ")).ToBeVisibleAsync();
        await Expect(window.Section("Dead letters").GetByText("Redis is unavailable")).ToBeVisibleAsync();
        await Expect(window.Section("Degraded").GetByText("Redis: refused (127.0.0.1:")).ToBeVisibleAsync();
        await Expect(window.Section("Degraded").GetByText("correct host and port in Redis:ConnectionString")).ToBeVisibleAsync();
        Assert.Empty(await window.OverprintsAsync());
        await window.HoldAsync();
        await window.KeepPictureAsync("console-no-data");
    }

    [Fact]
    public async Task Before_the_token_it_says_what_it_is_and_where_the_token_is()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Token", Token));
        await using var window = await chromium.OpenAsync(stand.Shim.Management, width: 400);

        await Expect(window.Page.GetByText("ProxyShim stands between your app and PartnerStack")).ToBeVisibleAsync();
        await Expect(window.Page.Locator("#token-note")).ToContainTextAsync("Management__Token");
        await window.HoldAsync();
        await window.KeepPictureAsync("console-token");
    }

    [Fact]
    public async Task Without_a_token_it_says_how_to_switch_the_admin_API_on()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        await using var window = await chromium.OpenAsync(stand.Shim.Management);

        await Expect(window.Section("The admin API is off")).ToContainTextAsync("Set Management:Token");
        await Expect(window.TokenField).ToBeHiddenAsync();
        await window.HoldAsync();
        Assert.Empty(window.Complaints);
    }
}

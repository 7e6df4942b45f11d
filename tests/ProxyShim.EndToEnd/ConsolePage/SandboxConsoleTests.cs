using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ProxyShim.EndToEnd.ConsolePage;

/// <summary>The console of the sandbox, in a browser.</summary>
public sealed class SandboxConsoleTests(Sandbox sandbox, Chromium chromium) : IClassFixture<Sandbox>, IClassFixture<Chromium>
{
    [Fact]
    public async Task One_watches_a_conversion_arrive_and_become_verified()
    {
        await using var window = await OpenAsync();
        await window.FindAsync("barbara");
        await Expect(window.Life).ToContainTextAsync("The ledger does not know this customer.");

        await sandbox.ReportAsync("barbara");

        await Expect(window.Events("xid_barbara", "converted")).ToHaveCountAsync(1);
        await Expect(window.Life.GetByRole(AriaRole.Listitem)).ToHaveTextAsync(
            [Text("^Clicked"), Text("^Claimed.*:"), Text("^Sent.*:.*at once"), Text("^Verified.*not yet")]);
        await Expect(window.Events("xid_barbara", "verified")).ToHaveCountAsync(1);
        await Expect(window.Life).ToContainTextAsync("Verified A read-back has proved it.");
        await Expect(window.Life.GetByRole(AriaRole.Listitem).Last).ToHaveTextAsync(Text("^Verified.*:.* later"));

        // Of the customer whom the ledger did not know yet.
        Assert.All(window.Complaints, complaint => Assert.Contains("404", complaint, StringComparison.Ordinal));

        // By its name in the log, not by its own.
        Assert.DoesNotContain("barbara@", await window.Page.ContentAsync(), StringComparison.Ordinal);
        await Expect(window.Section("Last events").GetByText(Text("(^|[^_])barbara"))).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_life_begins_with_the_click()
    {
        await using var window = await OpenAsync();

        await window.FindAsync("grace");

        await Expect(window.Life.GetByRole(AriaRole.Listitem).First).ToHaveTextAsync(Text("^Clicked.*[0-9:]{8}$"));
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Who_was_not_converted_is_found_with_the_reason_and_what_to_do()
    {
        await using var window = await OpenAsync();

        await window.FindAsync("linus");

        await Expect(window.Life).ToContainTextAsync("held: no_click");
        await Expect(window.Life).ToContainTextAsync("Redis had no click of this customer when the app called. See that the site writes it before the app calls");

        // None came.
        await Expect(window.Life).ToContainTextAsync("Left to the Customer API");

        // The shim refused to guess, and says what the Conversion API said.
        await window.FindAsync("jean");
        await Expect(window.Life).ToContainTextAsync("Left to the Customer API");
        await Expect(window.Life).ToContainTextAsync("fallback: refused");
        await Expect(window.Life).ToContainTextAsync("PartnerStack answered");

        // One of whom nobody knows anything may be among those whose call was not read.
        await window.FindAsync("nobody-at-all");
        await Expect(window.Life).ToContainTextAsync("malformed_json 1\u00d7");
    }

    [Fact]
    public async Task A_name_in_the_events_leads_to_the_customers_life_and_can_be_copied_whole()
    {
        await using var window = await OpenAsync();
        var row = window.Events("xid_grace", "verified");
        await window.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

        await row.GetByRole(AriaRole.Button, new() { NameRegex = Text("^Copy ") }).ClickAsync();
        await Expect(window.Announcer).ToHaveTextAsync("Copied.");
        Assert.Matches("^[0-9a-f]{32}$", await window.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));

        var name = row.GetByRole(AriaRole.Button, new() { NameRegex = Text("^Life of customer [0-9a-f]{8}…$") });
        await name.FocusAsync();
        await LookedAsync(window, times: 2);
        await Expect(name).ToBeFocusedAsync();
        await window.Page.Keyboard.PressAsync("Enter");

        await Expect(window.Life).ToContainTextAsync("xid_grace");
        await Expect(window.Life).ToContainTextAsync("Verified A read-back has proved it.");
        await Expect(window.Section("Find a customer").GetByRole(AriaRole.Heading, new() { Level = 2 })).ToBeFocusedAsync();
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_dead_letter_says_what_the_Conversion_API_said_and_leads_to_its_life()
    {
        await using var window = await OpenAsync();

        await Expect(window.Letter("xid_joan")).ToContainTextAsync("PartnerStack answered 400: Simulated 400");
        await Expect(window.Letter("xid_joan")).ToContainTextAsync("a click id that it does not know is the usual cause");
        await window.Letter("xid_joan").GetByRole(AriaRole.Button, new() { Name = "Life of xid_joan", Exact = true }).ClickAsync();

        await Expect(window.Life).ToContainTextAsync("Dead letter");
        await Expect(window.Life).ToContainTextAsync("400: Simulated 400");
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task On_a_telephone_the_events_are_few_until_one_asks_for_all()
    {
        await using var window = await chromium.OpenAsync(sandbox.Console, width: 400);
        await window.UnlockAsync(sandbox.Token);
        var rows = window.Section("Last events").Locator("tbody tr");
        await Expect(rows.Nth(14)).ToBeVisibleAsync();
        await Expect(rows.Nth(15)).ToBeHiddenAsync();

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Show all" }).ClickAsync();

        await Expect(rows.Nth(15)).ToBeVisibleAsync();
        await window.HoldAsync();
    }

    [Fact]
    public async Task In_its_first_hour_the_axis_is_as_long_as_there_is_something_to_show()
    {
        await using var window = await OpenAsync();

        // The sandbox is some minutes old: of sixty minutes its bars would be a sixth as wide.
        var (bar, chart) = (window.Page.Locator("#requests rect.o-converted").First, window.Page.Locator("#requests"));
        Assert.InRange((await bar.BoundingBoxAsync())!.Width, (await chart.BoundingBoxAsync())!.Width / 20, double.PositiveInfinity);
        await Expect(chart.GetByText(Text("^start [0-9:]+$"))).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_dead_letter_is_replayed_by_keyboard_and_delivered()
    {
        await sandbox.ReportDeadAsync("radia");
        await using var window = await OpenAsync();
        await Expect(window.Letter("xid_radia")).ToContainTextAsync("refused");
        await window.FindAsync("radia");
        await Expect(window.Life).ToContainTextAsync("Dead letter");

        await TabToAsync(window, "Replay xid_radia");
        await window.Page.Keyboard.PressAsync("Enter");

        await Expect(window.Announcer).ToContainTextAsync("xid_radia is replayed: it will be delivered now.");
        await Expect(window.Letter("xid_radia")).ToHaveCountAsync(0);
        await Expect(window.Life).ToContainTextAsync("Verified A read-back has proved it.");
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_dead_letter_is_discarded_only_when_one_is_sure()
    {
        await sandbox.ReportDeadAsync("frances");
        await using var window = await OpenAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await window.FindAsync("frances");
        await Expect(window.Life).ToContainTextAsync("Dead letter");

        await TabToAsync(window, "Discard xid_frances");
        await window.Page.Keyboard.PressAsync("Enter");
        await window.HoldAsync();
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeFocusedAsync();
        await window.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Discard xid_frances" })).ToBeFocusedAsync();
        await Expect(window.Life).ToContainTextAsync("Dead letter");

        await window.Page.Keyboard.PressAsync("Enter");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();

        await Expect(window.Announcer).ToContainTextAsync("xid_frances is discarded.");
        await Expect(window.Letter("xid_frances")).ToHaveCountAsync(0);
        await Expect(window.Life).ToContainTextAsync("Left to the Customer API");
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Focus_stays_on_a_button_while_the_page_looks_again_and_is_not_lost_with_its_row()
    {
        await sandbox.ReportDeadAsync("karen");
        await using var window = await OpenAsync();
        await Expect(window.Letter("xid_karen")).ToHaveCountAsync(1);
        await TabToAsync(window, "Replay xid_karen");
        await LookedAsync(window, times: 2);
        await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Replay xid_karen" })).ToBeFocusedAsync();

        await window.Page.Keyboard.PressAsync("Enter");

        await Expect(window.Letter("xid_karen")).ToHaveCountAsync(0);
        await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Replay xid_joan" })).ToBeFocusedAsync();

        // The next test's faults are not for this one.
        await Expect(window.Events("xid_karen", "sent")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task The_figures_are_those_of_the_tour()
    {
        await using var window = await OpenAsync();

        await Expect(window.Figure("Requests")).ToHaveTextAsync(Text("^[0-9]+$"));
        await Expect(window.Figure("Click hit rate")).ToHaveTextAsync(Text("^[0-9.]+.%$"));
        await Expect(window.Figure("Answer time, median")).ToHaveTextAsync(Text("^[0-9.]+.m?s$"));
        await Expect(window.Figure("Dead letters")).ToHaveTextAsync(Text("^[1-9]"));
        await Expect(window.Section("Requests per minute").GetByRole(AriaRole.Img).First).ToHaveAccessibleNameAsync(Text("[0-9]+ requests since the start at [0-9:]+, at most"));
        Assert.NotEqual(0, await window.Page.Locator("#requests rect.o-converted").CountAsync());
        Assert.NotEqual(0, await window.Page.Locator("#latency circle.p95").CountAsync());

        // The axis ends above the slowest minute, and not far above it.
        var slowest = Milliseconds((await window.Page.Locator("#hour").InnerTextAsync()).Split("p99 ")[1]);
        Assert.InRange(Milliseconds(await window.Page.Locator("#latency text").Filter(new() { HasTextRegex = Text("s$") }).TextContentAsync() ?? ""), 0.5 * slowest, 3 * slowest);

        await window.Page.GetByText("As a table").ClickAsync();
        await Expect(window.Page.GetByRole(AriaRole.Table, new() { Name = "Requests per minute" }).GetByRole(AriaRole.Columnheader)).ToContainTextAsync(
            ["Minute", "converted", "queued", "duplicate", "fallback", "passthrough", "unauthorized", "median", "p95"]);
        Assert.Empty(window.Complaints);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(1000)]
    public async Task Partners_are_told_with_what_they_brought(int width)
    {
        await using var window = await chromium.OpenAsync(sandbox.Console, ColorScheme.Light, width);
        await window.UnlockAsync(sandbox.Token);
        var table = window.Page.GetByRole(AriaRole.Table, new() { Name = "Partners" });

        // Click, sign-up, sale; and a click that the app gave to another partner.
        await Expect(Row("hopper").GetByRole(AriaRole.Cell)).ToHaveTextAsync(["hopper", "1", "1", "1", "1"]);
        await Expect(Row("lovelace").GetByRole(AriaRole.Cell)).ToHaveTextAsync(["lovelace", "1", "1", "1", "0"]);
        await Expect(Row("somebody_else").GetByRole(AriaRole.Cell)).ToHaveTextAsync(["somebody_else", "1", "0", "0", "0"]);
        await Expect(Row("pauling")).ToHaveCountAsync(0);
        await window.HoldAsync();
        Assert.Empty(window.Complaints);

        ILocator Row(string partner) => table.GetByRole(AriaRole.Row).Filter(new() { HasText = partner });
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1400)]
    [InlineData(ColorScheme.Dark, 1400)]
    [InlineData(ColorScheme.Light, 1000)]
    [InlineData(ColorScheme.Dark, 1000)]
    [InlineData(ColorScheme.Light, 400)]
    [InlineData(ColorScheme.Dark, 400)]
    public async Task It_is_legible(ColorScheme theme, int width)
    {
        await using var window = await chromium.OpenAsync(sandbox.Console, theme, width);
        await window.HoldAsync();
        await window.UnlockAsync(sandbox.Token);
        await window.FindAsync("grace");
        await Expect(window.Life).ToContainTextAsync("Verified");
        await window.KeepPictureAsync($"console-{theme}-{width}".ToLowerInvariant());

        // The three figures of the ledger stand side by side, and no label of a chart on another one.
        Assert.Single(await window.Page.Locator("#ledger > div").EvaluateAllAsync<double[]>("figures => [...new Set(figures.map(figure => figure.getBoundingClientRect().top))]"));
        Assert.Empty(await window.OverprintsAsync());
        await window.Page.GetByText("As a table").ClickAsync();
        await window.HoldAsync();
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_wrong_token_is_told_and_the_right_one_stays_in_its_tab()
    {
        await using var window = await chromium.OpenAsync(sandbox.Console);
        await Expect(window.TokenField).ToBeFocusedAsync();
        await window.TokenField.FillAsync("gu\u00e9ss");
        await window.TokenField.PressAsync("Enter");
        await Expect(window.Page.GetByText("That is not the token of Management:Token.")).ToBeVisibleAsync();
        await Expect(window.Section("Last events")).ToBeHiddenAsync();
        Assert.All(window.Complaints, complaint => Assert.Contains("401", complaint, StringComparison.Ordinal));

        await window.UnlockAsync(sandbox.Token);
        await window.Page.ReloadAsync();
        await Expect(window.Section("Last 60 minutes, this replica")).ToBeVisibleAsync();
        Assert.Equal(0, await window.Page.EvaluateAsync<int>("localStorage.length"));
        Assert.Empty(await window.Page.Context.CookiesAsync());
        Assert.DoesNotContain(sandbox.Token, window.Page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(sandbox.Token, await window.Page.ContentAsync(), StringComparison.Ordinal);

        var other = await window.Page.Context.NewPageAsync();
        await other.GotoAsync(sandbox.Console.ToString());
        await Expect(other.GetByLabel("Management token")).ToBeVisibleAsync();

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Forget token" }).ClickAsync();
        await Expect(window.TokenField).ToBeVisibleAsync();
        Assert.Equal(0, await window.Page.EvaluateAsync<int>("sessionStorage.length"));
    }

    [Fact]
    public async Task A_page_that_nobody_sees_asks_nothing()
    {
        await using var window = await OpenAsync();
        await LookedAsync(window, times: 1);
        await HideAsync(window, hidden: true);
        var asked = 0;
        window.Page.Request += (_, _) => asked++;

        // Three times as long as from one look to the next, by the page's own clock.
        await window.Page.EvaluateAsync("new Promise(over => setTimeout(over, 6000))");
        Assert.Equal(0, asked);

        await HideAsync(window, hidden: false);
        await LookedAsync(window, times: 2);
    }

    private static double Milliseconds(string text) => text.Split('\u00a0', ' ', '\n') is [var number, var unit, ..]
        ? double.Parse(number, CultureInfo.InvariantCulture) * (unit == "s" ? 1000 : 1)
        : throw new FormatException(text);

    private static Regex Text(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));

    // As a person does who has no mouse: from the top of the page, one after the other.
    private static async Task TabToAsync(ConsoleWindow window, string button)
    {
        var target = window.Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true });
        await Expect(target).ToBeVisibleAsync();
        await window.Page.Locator("#forget").FocusAsync();
        for (var presses = 0; presses < 60; presses++)
        {
            await window.Page.Keyboard.PressAsync("Tab");
            if (await target.EvaluateAsync<bool>("button => button === document.activeElement && button.matches(':focus-visible')"))
            {
                Assert.NotEqual("none", await target.EvaluateAsync<string>("button => getComputedStyle(button).outlineStyle"));
                return;
            }
        }

        Assert.Fail($"No Tab leads to '{button}'.");
    }

    private static async Task HideAsync(ConsoleWindow window, bool hidden) => await window.Page.EvaluateAsync(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }", hidden);

    private static async Task LookedAsync(ConsoleWindow window, int times)
    {
        for (var look = 0; look < times; look++)
        {
            await window.Page.WaitForResponseAsync(answer => answer.Url.EndsWith("/admin/overview", StringComparison.Ordinal) && answer.Ok);
        }
    }

    private async Task<ConsoleWindow> OpenAsync()
    {
        var window = await chromium.OpenAsync(sandbox.Console);
        await window.UnlockAsync(sandbox.Token);
        return window;
    }
}

using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ProxyShim.EndToEnd.ConsolePage;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ProxyShim.EndToEnd.DemoSite;

/// <summary>The sandbox's demo site, walked in a browser from the partner's link to the proof.</summary>
public sealed class DemoSiteTests(ConsolePage.Sandbox sandbox, Chromium chromium) : IClassFixture<ConsolePage.Sandbox>, IClassFixture<Chromium>
{
    private static readonly string[] s_subIds = ["blog", "notebook"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_click_of_the_partners_link_is_in_the_conversion_and_the_conversion_is_proved()
    {
        await using var window = await chromium.OpenAsync(sandbox.DemoSite);
        var page = window.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Try Acme Notes" }).ClickAsync();
        var xid = Regex.Match(page.Url, "[?&]ps_xid=([0-9A-Za-z]+)").Groups[1].Value;
        await Expect(window.Page.GetByRole(AriaRole.Complementary)).ToContainTextAsync(xid);
        await page.GetByRole(AriaRole.Link, new() { Name = "Start for free" }).ClickAsync();
        await Expect(page.GetByLabel("Partner code")).ToHaveValueAsync("lovelace");
        await SignUpAsync(page, "Emmy", " Emmy@Example.com ");

        var story = page.GetByRole(AriaRole.Complementary).GetByRole(AriaRole.Listitem);
        await Expect(story.Nth(0)).ToContainTextAsync(xid);
        await Expect(story.Nth(1)).ToContainTextAsync("(converted)");
        await Expect(story.Nth(3)).ToContainTextAsync("ProxyShim has read it back.");
        await Expect(story.Nth(3)).ToContainTextAsync($"partner lovelace, click {xid}, SubIDs blog, notebook");
        Assert.Empty(window.Complaints);

        // As PartnerStack has it, and once.
        var key = new Uri(page.Url).Segments[^1];
        var got = Assert.Single((await sandbox.GotAsync("conversions")).EnumerateArray(), conversion => conversion.GetProperty("customer_key").GetString() == key).GetProperty("body");
        Assert.Equal(xid, got.GetProperty("xid").GetString());
        Assert.Equal("Emmy@Example.com", got.GetProperty("email").GetString());
        Assert.Equal(s_subIds, got.GetProperty("sub_ids").EnumerateArray().Select(static id => id.GetString()));
        Assert.Equal("127.0.0.1", got.GetProperty("ip_address").GetString());
        Assert.Equal(await page.EvaluateAsync<string>("navigator.userAgent"), got.GetProperty("user_agent").GetString());

        await sandbox.SaysAsync($"{key} signed up and was reported → 200 converted");
        await using var console = await chromium.OpenAsync(sandbox.Console);
        await console.UnlockAsync(sandbox.Token);
        await console.FindAsync(key);
        await Expect(console.Life).ToContainTextAsync("Verified A read-back has proved it.");
    }

    [Fact]
    public async Task The_older_names_alone_will_do()
    {
        await using var window = await chromium.OpenAsync(new Uri(sandbox.DemoSite, "landing?gsxid=Older12Names34&gspk=ZWRpdG9yaWFsZGVwYXJ0bWVudDkzODE&sid=footer"));
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Start for free" }).ClickAsync();
        await Expect(window.Page.GetByLabel("Partner code")).ToHaveValueAsync("editorialdepartment9381");
        await SignUpAsync(window.Page, "Sofia", "sofia@example.com");

        await Expect(window.Page.GetByRole(AriaRole.Complementary)).ToContainTextAsync("ProxyShim has read it back.");
        await Expect(window.Page.GetByRole(AriaRole.Complementary)).ToContainTextAsync("click Older12Names34, SubIDs footer");
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task What_PartnerStackJS_left_in_its_cookies_will_do()
    {
        await using var window = await chromium.OpenAsync(sandbox.DemoSite);
        await window.Page.Context.AddCookiesAsync([
            new() { Name = "ps_xid", Value = "FromCookie56", Url = sandbox.DemoSite.ToString() },
            new() { Name = "growSumoPartnerKey", Value = "noether", Url = sandbox.DemoSite.ToString() },
        ]);
        await window.Page.GotoAsync(new Uri(sandbox.DemoSite, "sign-up?partner=noether").ToString());
        await SignUpAsync(window.Page, "Amalie", "amalie@example.com");

        await Expect(window.Page.GetByRole(AriaRole.Complementary)).ToContainTextAsync("ProxyShim has read it back.");
        await Expect(window.Page.GetByRole(AriaRole.Complementary)).ToContainTextAsync("click FromCookie56");
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task Without_a_click_one_sees_what_the_app_had_before()
    {
        await using var window = await chromium.OpenAsync(new Uri(sandbox.DemoSite, "sign-up"));
        await window.Page.GetByLabel("Partner code").FillAsync("noether");
        await SignUpAsync(window.Page, "Emilie", "emilie@example.com");

        var story = window.Page.GetByRole(AriaRole.Complementary).GetByRole(AriaRole.Listitem);
        await Expect(story.Nth(0)).ToContainTextAsync("No click is known for this customer.");
        await Expect(story.Nth(1)).ToContainTextAsync("the Customer API's own answer");
        await Expect(story.Nth(3)).ToContainTextAsync("partner noether, no click");
        Assert.Empty(window.Complaints);
    }

    [Fact]
    public async Task A_form_that_cannot_be_right_is_told_and_keeps_what_was_typed()
    {
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent([new("name", "<b>Ada</b>"), new("email", "nobody"), new("partner", "\"{{shim}}")]);
        using var answer = await client.PostAsync(new Uri(sandbox.DemoSite, "sign-up"), form, Cancellation);
        var page = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"&lt;b&gt;Ada&lt;/b&gt;\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"&quot;{{shim}}\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 400)]
    [InlineData(ColorScheme.Dark, 400)]
    public async Task Each_page_is_legible(ColorScheme theme, int width)
    {
        await using var window = await chromium.OpenAsync(sandbox.DemoSite, theme, width);
        await HoldAsync("1-partner");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Try Acme Notes" }).ClickAsync();
        await HoldAsync("2-landing");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Start for free" }).ClickAsync();
        await HoldAsync("3-sign-up");
        await SignUpAsync(window.Page, "Caroline", $"caroline{theme}{width}@example.com");
        await Expect(window.Page.GetByRole(AriaRole.Complementary)).ToContainTextAsync("ProxyShim has read it back.");
        await HoldAsync("4-story");
        Assert.Empty(window.Complaints);

        async Task HoldAsync(string name)
        {
            await window.HoldAsync();
            await window.KeepPictureAsync($"demo-{name}-{theme}-{width}".ToLowerInvariant());
        }
    }

    private static async Task SignUpAsync(IPage page, string name, string email)
    {
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = $"Welcome, {name}" })).ToBeVisibleAsync();
    }
}

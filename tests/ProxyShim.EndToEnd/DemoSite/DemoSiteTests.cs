using System.Collections.Specialized;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;
using Microsoft.Playwright;
using ProxyShim.EndToEnd.ConsolePage;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ProxyShim.EndToEnd.DemoSite;

/// <summary>The sandbox's demo site, walked in a browser from the partner's link to the proof.</summary>
public sealed class DemoSiteTests(ConsolePage.Sandbox sandbox, Chromium chromium) : IClassFixture<ConsolePage.Sandbox>, IClassFixture<Chromium>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_click_of_the_partners_link_is_in_the_conversion_and_the_conversion_is_proved()
    {
        await using var window = await chromium.OpenAsync(sandbox.DemoSite);
        var xid = await DemoVisit.FromThePartnersLinkAsync(window, "Emmy", " Emmy@Example.com ");

        var got = await IsProvedAsync(window, xid, "blog", "notebook");
        Assert.Equal("Emmy@Example.com", got.GetProperty("email").GetString());
    }

    [Fact]
    public async Task The_older_names_and_a_partner_key_without_padding_alone_will_do()
    {
        await using var window = await chromium.OpenAsync(sandbox.DemoSite);
        var landing = await LandingPageAsync(window);
        var (xid, key) = (landing["gsxid"]!, landing["gspk"]!);
        Assert.Equal("bG92ZWxhY2U", key);
        await window.Page.GotoAsync(new Uri(sandbox.DemoSite, $"landing?gsxid={xid}&gspk={key}&sid1=footer").ToString());
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "Start for free" }).ClickAsync();
        await Expect(window.Page.GetByLabel("Partner code")).ToHaveValueAsync("lovelace");
        await DemoVisit.SignUpAsync(window.Page, "Sofia", "sofia@example.com");

        await IsProvedAsync(window, xid, "footer");
    }

    [Fact]
    public async Task What_PartnerStackJS_left_in_its_cookies_alone_will_do()
    {
        await using var window = await chromium.OpenAsync(sandbox.DemoSite);

        // The landing page had PartnerStackJS and not our script: no page's address tells the click. SubIDs do not stand in its cookies.
        var xid = (await LandingPageAsync(window))["ps_xid"]!;
        await window.Page.Context.AddCookiesAsync([
            new() { Name = "ps_xid", Value = xid, Url = sandbox.DemoSite.ToString() },
            new() { Name = "growSumoPartnerKey", Value = "lovelace", Url = sandbox.DemoSite.ToString() },
        ]);
        await window.Page.GotoAsync(new Uri(sandbox.DemoSite, "sign-up?partner=lovelace").ToString());
        await DemoVisit.SignUpAsync(window.Page, "Amalie", "amalie@example.com");

        await IsProvedAsync(window, xid);
    }

    [Fact]
    public async Task A_click_that_comes_after_the_back_ends_call_is_waited_for()
    {
        // Without a browser no page tells of the click.
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent([new("name", "Marie"), new("email", "marie@example.com"), new("partner", "lovelace")]);
        using var answer = await client.PostAsync(new Uri(sandbox.DemoSite, "sign-up"), form, Cancellation);
        var story = answer.RequestMessage!.RequestUri!;
        Assert.Contains("no click is known yet", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);

        await sandbox.KeepClickAsync(story.Segments[^1], "lovelace");

        await using var window = await chromium.OpenAsync(story);
        await Expect(DemoVisit.Story(window).Nth(1)).ToContainTextAsync("(held)");
        await Expect(DemoVisit.Story(window).Nth(3)).ToContainTextAsync("ProxyShim has read it back. PartnerStack has");
        await Expect(DemoVisit.Story(window).Nth(3)).ToContainTextAsync("partner lovelace, click ");
    }

    [Fact]
    public async Task Where_no_click_comes_the_Customer_API_gets_the_original_call()
    {
        await using var window = await chromium.OpenAsync(new Uri(sandbox.DemoSite, "sign-up"));
        await window.Page.GetByLabel("Partner code").FillAsync("noether");
        await DemoVisit.SignUpAsync(window.Page, "Emilie", "emilie@example.com");

        await Expect(DemoVisit.Story(window).Nth(0)).ToContainTextAsync("No click is known for this customer.");
        await Expect(DemoVisit.Story(window).Nth(1)).ToContainTextAsync("(held)");
        await Expect(DemoVisit.Story(window).Nth(2)).ToContainTextAsync("The original call");
        await Expect(DemoVisit.Story(window).Nth(3)).ToContainTextAsync("partner noether, no click");
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
        await DemoVisit.SignUpAsync(window.Page, "Caroline", $"caroline{theme}{width}@example.com");
        await Expect(window.Page.GetByRole(AriaRole.Complementary)).ToContainTextAsync("ProxyShim has read it back.");
        await HoldAsync("4-story");
        Assert.Empty(window.Complaints);

        async Task HoldAsync(string name)
        {
            await window.HoldAsync();
            await window.KeepPictureAsync($"demo-{name}-{theme}-{width}".ToLowerInvariant());
        }
    }

    // Where PartnerStack sends somebody who follows the partner's link, and what it puts into the address.
    private static async Task<NameValueCollection> LandingPageAsync(ConsoleWindow window)
    {
        var link = await window.Page.GetByRole(AriaRole.Link, new() { Name = "Try Acme Notes" }).GetAttributeAsync("href");
        var answer = await window.Page.APIRequest.GetAsync(link!, new() { MaxRedirects = 0 });
        return HttpUtility.ParseQueryString(new Uri(answer.Headers["location"]).Query);
    }

    /// <summary>Follows a sign-up to its end: on the page that tells of it, at PartnerStack, and in the console.</summary>
    /// <returns>The conversion.</returns>
    private async Task<JsonElement> IsProvedAsync(ConsoleWindow window, string xid, params string[] subIds)
    {
        var page = window.Page;
        await DemoVisit.IsToldAsProvedAsync(window, xid, subIds);

        // As PartnerStack has it, and once.
        var key = new Uri(page.Url).Segments[^1];
        var got = Assert.Single((await sandbox.GotAsync("conversions")).EnumerateArray(), conversion => conversion.GetProperty("customer_key").GetString() == key).GetProperty("body");
        Assert.Equal(xid, got.GetProperty("xid").GetString());
        Assert.Equal(subIds, got.TryGetProperty("sub_ids", out var sent) ? sent.EnumerateArray().Select(static id => id.GetString()!) : []);
        Assert.Equal("127.0.0.1", got.GetProperty("ip_address").GetString());
        Assert.Equal(await page.EvaluateAsync<string>("navigator.userAgent"), got.GetProperty("user_agent").GetString());

        await sandbox.SaysAsync($"{key} signed up and was reported → 200");
        await using var console = await chromium.OpenAsync(sandbox.Console);
        await console.UnlockAsync(sandbox.Token);
        await console.FindAsync(key);
        await Expect(console.Life).ToContainTextAsync("Verified A read-back has proved it.");
        return got;
    }
}

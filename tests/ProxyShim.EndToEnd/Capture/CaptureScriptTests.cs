using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ProxyShim.EndToEnd.ConsolePage;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Capture;

/// <summary>The script in a browser (Chromium), on the pages of a site whose sign-up is on another host than its landing page.</summary>
[RedisSuite]
public sealed class CaptureScriptTests(TestRedis redis, Chromium chromium) : IClassFixture<Chromium>
{
    private const string Click = "ps_xid=X1aB2c&ps_partner_key=bG92ZWxhY2U&sid2=second&sid=first&utm_source=partnerstack";

    private static readonly string[] s_kept = ["xid", "clicked_at", "ps_partner_key", "sub_ids"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("no-referrer")]
    [InlineData("same-origin")]
    public async Task One_cookie_is_kept_and_one_message_is_sent_while_the_page_is_left(string referrerPolicy)
    {
        await using var site = await SiteAsync(referrerPolicy);
        var (page, email) = (site.Page, $" Emmy.{Stand.NewKey()}@Example.COM ");

        await site.GoAsync("www", $"?{Click}");
        await site.GoAsync("app", "sign-up");
        await page.GetByLabel("email").FillAsync(email);
        await page.GetByRole(AriaRole.Button).ClickAsync();

        // Asked again and again: one that waits for an event may have missed it.
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/welcome$"));

        var hash = Hash(email);
        var click = await site.ClickAsync($"email:{hash}");
        Assert.Equal(
            ("X1aB2c", "lovelace", new Uri(page.Url).Authority, "127.0.0.1", await page.EvaluateAsync<string>("navigator.userAgent")),
            (Text(click, "xid"), Text(click, "partner_key"), Text(click, "origin"), Text(click, "ip_address"), Text(click, "user_agent")));
        Assert.Equal(["first", "second"], click.GetProperty("sub_ids").EnumerateArray().Select(id => id.GetString()!));

        var cookie = Assert.Single(await page.Context.CookiesAsync());
        Assert.Equal(("proxyshim_click", ".acme.localhost", "/", SameSiteAttribute.Lax), (cookie.Name, cookie.Domain, cookie.Path, cookie.SameSite));
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds((long)cookie.Expires) - TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(89.9), TimeSpan.FromDays(90.1));
        Assert.Equal(0, await page.EvaluateAsync<int>("localStorage.length + sessionStorage.length"));
        var message = Assert.Single(site.Sent, request => request.Method != "GET");
        using var said = JsonDocument.Parse(message.PostData!);
        Assert.Equal([.. s_kept, "email_sha256"], said.RootElement.EnumerateObject().Select(field => field.Name));
        Assert.DoesNotContain("mmy", message.PostData!, StringComparison.OrdinalIgnoreCase);
        Assert.All(site.Sent, request => Assert.Contains(new Uri(request.Url).AbsolutePath, (string[])["/capture.js", "/clicks"]));
    }

    [Fact]
    public async Task A_visitor_whom_no_link_has_brought_gets_no_cookie_and_says_nothing()
    {
        await using var site = await SiteAsync();
        await site.GoAsync("www", $"?utm_source=newsletter&sid=x");

        Assert.False(await IdentifyAsync(site, """{ customerKey: "ada" }"""));
        Assert.Empty(await site.Page.Context.CookiesAsync());
        Assert.All(site.Sent, request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public async Task The_last_click_wins_and_the_same_address_again_is_the_same_click()
    {
        await using var site = await SiteAsync();
        await site.GoAsync("www", $"?ps_xid=first&sid=x");
        await site.GoAsync("www", $"?gsxid=second&gspk=bG92ZWxhY2U");
        var kept = await KeptAsync(site);
        await site.GoAsync("www", $"?gsxid=second&gspk=bG92ZWxhY2U");
        await site.GoAsync("www", $"pricing");

        Assert.Equal(kept, await KeptAsync(site));
        var key = Stand.NewKey();
        Assert.True(await IdentifyAsync(site, $$"""{ customerKey: "{{key}}" }"""));
        var click = await site.ClickAsync($"key:{key}");
        Assert.Equal(("second", "lovelace"), (Text(click, "xid"), Text(click, "partner_key")));
        Assert.False(click.TryGetProperty("sub_ids", out _));
    }

    [Theory]
    [InlineData("ps_xid", "ps_partner_key")]
    [InlineData("gsxid", "growSumoPartnerKey")]
    public async Task What_PartnerStackJS_left_is_taken_where_there_is_nothing_else(string xid, string partner)
    {
        await using var site = await SiteAsync();
        await LeaveAsync(site, (xid, "fromCookie"), (partner, "hopper"));
        await site.GoAsync("app", "sign-up");

        var key = Stand.NewKey();
        Assert.True(await IdentifyAsync(site, $$"""{ customerKey: "{{key}}" }"""));
        var click = await site.ClickAsync($"key:{key}");
        Assert.Equal(("fromCookie", "hopper"), (Text(click, "xid"), Text(click, "partner_key")));
    }

    [Fact]
    public async Task What_PartnerStackJS_left_is_never_put_over_a_newer_click_and_is_put_over_an_older_one()
    {
        await using var site = await SiteAsync();
        await LeaveAsync(site, ("ps_xid", "before"));
        await site.GoAsync("www", $"?ps_xid=mine");
        await site.GoAsync("app", "sign-up");
        Assert.Contains("\"xid\":\"mine\"", await KeptAsync(site), StringComparison.Ordinal);

        // A landing page without the script: PartnerStackJS has seen a click that came later.
        await LeaveAsync(site, ("ps_xid", "after"));
        await site.GoAsync("app", "sign-up");
        Assert.Contains("\"xid\":\"after\"", await KeptAsync(site), StringComparison.Ordinal);

        // Ours again, and what stands there since is older now.
        await site.GoAsync("www", $"?ps_xid=mine2");
        await site.GoAsync("app", "sign-up");
        Assert.Contains("\"xid\":\"mine2\"", await KeptAsync(site), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_router_that_has_tidied_the_address_up_hides_no_click()
    {
        await using var site = await SiteAsync(before: "history.replaceState(null, '', '/')");
        await site.GoAsync("www", $"?{Click}");

        Assert.Equal("/", await site.Page.EvaluateAsync<string>("location.pathname + location.search"));
        Assert.Contains("\"xid\":\"X1aB2c\"", await KeptAsync(site), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ada@example.com")]
    [InlineData("  ÄDA.Müller+tag@Bücher.Example\t")]
    [InlineData("a.name.that.is.longer.than.one.block.of.the.hash.and.goes.on.for.a.while.to.be.sure@a-domain-that-is-long-as-well.example.com")]
    public async Task An_address_leaves_the_browser_as_the_hash_that_the_shim_looks_for(string email)
    {
        await using var site = await SiteAsync();
        await site.GoAsync("www", $"?{Click}");

        Assert.True(await IdentifyAsync(site, $$"""{ email: {{JsonSerializer.Serialize(email)}} }"""));
        Assert.Equal("X1aB2c", Text(await site.ClickAsync($"email:{Hash(email)}"), "xid"));
    }

    [Fact]
    public async Task More_than_a_cookie_holds_costs_the_sub_ids_and_not_the_click()
    {
        await using var site = await SiteAsync();
        await site.GoAsync("www", $"?ps_xid=X1&{string.Join('&', Enumerable.Range(1, 30).Select(i => $"sid{i}={new string('x', 250)}"))}&sid31={new string('y', 300)}");

        var key = Stand.NewKey();
        Assert.True(await IdentifyAsync(site, $$"""{ customerKey: "{{key}}" }"""));
        Assert.Equal("X1", Text(await site.ClickAsync($"key:{key}"), "xid"));
    }

    private static string Hash(string email) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email.Trim().ToLowerInvariant())));

    private static string? Text(JsonElement click, string name) => click.GetProperty(name).GetString();

    private static Task<bool> IdentifyAsync(CapturedSite site, string who) => site.Page.EvaluateAsync<bool>($"proxyshim.identify({who})");

    private static async Task<string> KeptAsync(CapturedSite site) =>
        Uri.UnescapeDataString(Assert.Single(await site.Page.Context.CookiesAsync(), cookie => cookie.Name == "proxyshim_click").Value);

    private static Task LeaveAsync(CapturedSite site, params (string Name, string Value)[] cookies) => site.Page.Context.AddCookiesAsync(
        cookies.Select(cookie => new Cookie { Name = cookie.Name, Value = cookie.Value, Domain = ".acme.localhost", Path = "/" }));

    private Task<CapturedSite> SiteAsync(string referrerPolicy = "", string before = "") => CapturedSite.OpenAsync(redis, chromium, referrerPolicy, before);
}

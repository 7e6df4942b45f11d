using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ProxyShim.EndToEnd.ConsolePage;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ProxyShim.EndToEnd.DemoSite;

/// <summary>A visitor of the demo site, in a browser.</summary>
internal static class DemoVisit
{
    /// <summary>The steps of what became of the sign-up: click, call, what PartnerStack got, proof.</summary>
    public static ILocator Story(ConsoleWindow window) => window.Page.GetByRole(AriaRole.Complementary).GetByRole(AriaRole.Listitem);

    /// <summary>From the partner's page, by the link and the landing page, through the sign-up.</summary>
    /// <returns>The click id that PartnerStack gave.</returns>
    public static async Task<string> FromThePartnersLinkAsync(ConsoleWindow window, string name, string email)
    {
        var page = window.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Try Acme Notes" }).ClickAsync();
        var xid = Regex.Match(page.Url, "[?&]ps_xid=([0-9A-Za-z]+)").Groups[1].Value;
        await Expect(page.GetByRole(AriaRole.Complementary)).ToContainTextAsync(xid);
        await page.GetByRole(AriaRole.Link, new() { Name = "Start for free" }).ClickAsync();
        await Expect(page.GetByLabel("Partner code")).ToHaveValueAsync("lovelace");
        await SignUpAsync(page, name, email);
        return xid;
    }

    /// <summary>Fills in the form that is shown and sends it.</summary>
    public static async Task SignUpAsync(IPage page, string name, string email)
    {
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("E-mail address").FillAsync(email);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign up" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = $"Welcome, {name}" })).ToBeVisibleAsync();
    }

    /// <summary>Waits until the page tells that the conversion with this click of lovelace's link has been read back.</summary>
    public static async Task IsToldAsProvedAsync(ConsoleWindow window, string xid, params string[] subIds)
    {
        var story = Story(window);
        await Expect(story.Nth(0)).ToContainTextAsync(xid);

        // The page's message and the back-end's call race.
        await Expect(story.Nth(1)).ToContainTextAsync(new Regex(@"\((converted|held)\)"));
        await Expect(story.Nth(3)).ToContainTextAsync("ProxyShim has read it back.");
        await Expect(story.Nth(3)).ToContainTextAsync(
            $"partner lovelace, click {xid}{(subIds.Length == 0 ? "" : $", SubIDs {string.Join(", ", subIds)}")}");
        Assert.Empty(window.Complaints);
    }
}

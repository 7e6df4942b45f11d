using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ProxyShim.EndToEnd.ConsolePage;

/// <summary>The panel from which the switch-over is steered, in a browser.</summary>
public sealed class RolloutPanelTests(Sandbox sandbox, Chromium chromium) : IClassFixture<Sandbox>, IClassFixture<Chromium>
{
    [Fact]
    public async Task One_raises_the_share_sees_it_take_effect_and_who_did_it_and_takes_it_back()
    {
        await using var window = await chromium.OpenAsync(sandbox.Console);
        await window.UnlockAsync(sandbox.Token);
        var panel = window.Section("Switching over");
        await Expect(panel).ToContainTextAsync("Live for all customers. From the settings. Nobody has changed it since.");

        // Nobody first; a customer is left to the Customer API then, and the log says what would have been.
        await ChangeAsync(window, 0);
        await Expect(panel).ToContainTextAsync(new Regex("Live for 0 % of the customers\\.\\s*Set for all replicas by default, .* ago\\)"));
        await sandbox.ReportAsync("dorothy");
        await Expect(window.Events("xid_dorothy", "shadowed")).ToHaveCountAsync(1);
        await Expect(panel).ToContainTextAsync("of 1 call that was only looked at, 1 would have become a conversion and 0 would not");
        await Expect(window.Section("Last events")).ToContainTextAsync("Live 100 % → Live 0 %, by default");

        // Of these two names the first is among the first tenth (RolloutPlanTests has the hash).
        await ChangeAsync(window, 10);
        await Expect(panel).ToContainTextAsync("Live for 10 % of the customers");
        await window.HoldAsync();
        await sandbox.ReportAsync("adele");
        await sandbox.ReportAsync("betty");
        await Expect(window.Events("xid_adele", "converted")).ToHaveCountAsync(1);
        await Expect(window.Events("xid_betty", "shadowed")).ToHaveCountAsync(1);

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Back to the settings" }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Back to the settings" }).ClickAsync();
        await Expect(panel).ToContainTextAsync(new Regex("Live for all customers\\.\\s*From the settings: taken back by default"));
        Assert.Empty(window.Complaints);
    }

    private static async Task ChangeAsync(ConsoleWindow window, int percent)
    {
        await window.Page.GetByLabel("Percent of the customers").FillAsync($"{percent}");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Change for all replicas" }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Change" }).ClickAsync();
        await Expect(window.Announcer).ToContainTextAsync($"Live for {percent} % of the customers. All replicas follow within five seconds.");
    }
}

using System.Collections.Concurrent;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using ProxyShim.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ProxyShim.EndToEnd.ConsolePage;

/// <summary>The console in a browser, used as a person would: by what is written on it.</summary>
public sealed class ConsoleWindow : IAsyncDisposable
{
    // The slowest machine runs other tests beside this one.
    private const float TimeoutMilliseconds = 60_000;

    private readonly ConcurrentQueue<string> _complaints = new();

    private ConsoleWindow(IPage page)
    {
        Page = page;
        page.Console += (_, message) => Complain(message.Type is "error" or "warning", message.Text);
        page.PageError += (_, message) => Complain(true, message);
    }

    /// <summary>The page itself.</summary>
    public IPage Page { get; }

    /// <summary>What the browser complained of: errors of scripts, violations of the Content-Security-Policy, answers that are none.</summary>
    public IReadOnlyList<string> Complaints => [.. _complaints];

    /// <summary>What says that the shim cannot be reached.</summary>
    public ILocator Banner => Page.GetByRole(AriaRole.Alert).First;

    /// <summary>What a screen reader says of changes.</summary>
    public ILocator Announcer => Page.GetByRole(AriaRole.Status);

    /// <summary>The field for the token.</summary>
    public ILocator TokenField => Page.GetByLabel("Management token");

    /// <summary>What became of the customer who was looked up.</summary>
    public ILocator Life => Section("Find a customer").Locator("#life");

    /// <summary>Opens a page in a new session.</summary>
    public static async Task<ConsoleWindow> OpenAsync(IBrowserContext context, Uri console)
    {
        SetDefaultExpectTimeout(TimeoutMilliseconds);
        context.SetDefaultTimeout(TimeoutMilliseconds);
        var window = new ConsoleWindow(await context.NewPageAsync());
        await window.Page.GotoAsync(console.ToString());
        return window;
    }

    /// <summary>A part of the page by its heading.</summary>
    public ILocator Section(string heading) => Page.GetByRole(AriaRole.Region, new() { Name = heading, Exact = true });

    /// <summary>A figure by its label.</summary>
    public ILocator Figure(string label) => Page.Locator("dl > div").Filter(new() { Has = Page.GetByText(label, new() { Exact = true }) }).GetByRole(AriaRole.Definition).First;

    /// <summary>The row of a dead letter.</summary>
    public ILocator Letter(string xid) => Page.GetByRole(AriaRole.Table, new() { Name = "Dead letters" }).GetByRole(AriaRole.Row).Filter(new() { HasText = xid });

    /// <summary>The rows of events of a click.</summary>
    public ILocator Events(string xid, string name) => Section("Last events").GetByRole(AriaRole.Row)
        .Filter(new() { HasText = xid }).Filter(new() { Has = Page.Locator("b").GetByText(name, new() { Exact = true }) });

    /// <summary>Types the token and waits for the first figures.</summary>
    public async Task UnlockAsync(string token)
    {
        await TokenField.FillAsync(token);
        await TokenField.PressAsync("Enter");
        await Expect(Section("Last 60 minutes, this replica")).ToBeVisibleAsync();
    }

    /// <summary>Looks a customer up.</summary>
    public async Task FindAsync(string customerKey)
    {
        await Page.GetByLabel("customer_key").FillAsync(customerKey);
        await Page.GetByLabel("customer_key").PressAsync("Enter");
    }

    /// <summary>Fails when something is wider than the window, or breaks a rule of WCAG 2 A or AA that a machine can check.</summary>
    public async Task HoldAsync()
    {
        // A click waits for the beginning of the next page only, and without its style sheet it may be of any width. The page is asked itself: of Playwright's own wait for
        // the event the event was seen, and the wait went on.
        await Eventually.IsTrueAsync("the page has been loaded", HasLoadedAsync);
        Assert.Equal(0, await Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth"));
        var result = await Page.RunAxe();
        Assert.All(result.Violations, violation => Assert.Fail($"{violation.Help}: {string.Join(" ", violation.Nodes.Select(node => node.Html))}"));
        Assert.NotEmpty(result.Passes);
    }

    /// <summary>The labels of the charts that are printed over each other.</summary>
    public Task<string[]> OverprintsAsync() => Page.Locator("main svg[role=img]").EvaluateAllAsync<string[]>("""
        charts => charts.flatMap(chart => {
          const labels = [...chart.querySelectorAll("text")].map(label => ({ text: label.textContent, box: label.getBoundingClientRect() }));
          const meet = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
          return labels.flatMap((label, place) => labels.slice(place + 1).filter(other => meet(label.box, other.box)).map(other => `${label.text} / ${other.text}`));
        })
        """);

    /// <summary>Keeps a picture for people, under <c>artifacts/screenshots</c>.</summary>
    public Task<byte[]> KeepPictureAsync(string name) =>
        Page.ScreenshotAsync(new() { Path = Path.Combine(Repository.Root, "artifacts", "screenshots", $"{name}.png"), FullPage = true });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();

    private async Task<bool> HasLoadedAsync()
    {
        try
        {
            return await Page.EvaluateAsync<string>("document.readyState") == "complete";
        }
        catch (PlaywrightException)
        {
            // The next one has just begun.
            return false;
        }
    }

    private void Complain(bool isComplaint, string text)
    {
        if (isComplaint)
        {
            _complaints.Enqueue(text);
        }
    }
}

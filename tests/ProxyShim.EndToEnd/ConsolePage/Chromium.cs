using Microsoft.Playwright;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.ConsolePage;

/// <summary>Debian's Chromium, driven by Playwright; nothing is downloaded.</summary>
public sealed class Chromium : IAsyncDisposable
{
    // Nothing of a browser's own goes over the network.
    private static readonly string[] s_arguments =
    [
        "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>A window of a new session, which knows nothing of any other; skips the test where there is no Chromium.</summary>
    public async Task<ConsoleWindow> OpenAsync(Uri console, ColorScheme theme = ColorScheme.Light, int width = 1280)
    {
        var executable = Require.Program("chromium", "chromium");
        _browser ??= await LaunchAsync(executable);
        var context = await _browser.NewContextAsync(new()
        {
            ColorScheme = theme,
            ViewportSize = new() { Width = width, Height = 900 },
            TimezoneId = "UTC",
        });
        return await ConsoleWindow.OpenAsync(context, console);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    // The tests of a class run one after another: only the first finds none.
    private async Task<IBrowser> LaunchAsync(string executable)
    {
        _playwright = await Playwright.CreateAsync();
        return await _playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = executable, Headless = true, ChromiumSandbox = false, Args = s_arguments });
    }
}

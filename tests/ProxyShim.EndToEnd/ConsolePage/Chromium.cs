using Microsoft.Playwright;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.ConsolePage;

/// <summary>Debian's Chromium, driven by Playwright; nothing is downloaded.</summary>
public sealed class Chromium : IAsyncLifetime
{
    // Nothing of a browser's own goes over the network.
    private static readonly string[] s_arguments =
    [
        "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>A window of a new session, which knows nothing of any other.</summary>
    public async Task<ConsoleWindow> OpenAsync(Uri console, ColorScheme theme = ColorScheme.Light, int width = 1280)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            ColorScheme = theme,
            ViewportSize = new() { Width = width, Height = 900 },
            TimezoneId = "UTC",
        });
        return await ConsoleWindow.OpenAsync(context, console);
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var executable = Require.Program("chromium", "chromium");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new() { ExecutablePath = executable, Headless = true, ChromiumSandbox = false, Args = s_arguments });
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
}

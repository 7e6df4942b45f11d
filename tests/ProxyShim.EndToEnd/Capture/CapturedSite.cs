using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using ProxyShim.EndToEnd.ConsolePage;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Capture;

/// <summary>A site of several hosts in a browser, each page with the script of a real shim and a form; its hosts lead to this machine.</summary>
internal sealed class CapturedSite : IAsyncDisposable
{
    private readonly WebApplication _pages;
    private readonly Stand _stand;
    private readonly RedisScope _scope;
    private readonly ConsoleWindow _window;
    private readonly ConcurrentQueue<IRequest> _sent = new();

    private CapturedSite(WebApplication pages, Stand stand, RedisScope scope, ConsoleWindow window) =>
        (_pages, _stand, _scope, _window) = (pages, stand, scope, window);

    public IPage Page => _window.Page;

    /// <summary>What the browser has sent to the shim.</summary>
    public IReadOnlyList<IRequest> Sent => [.. _sent];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="before">A script of the site's own, before the shim's.</param>
    public static async Task<CapturedSite> OpenAsync(TestRedis redis, Chromium chromium, string referrerPolicy, string before)
    {
        var capture = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var pages = await ServeAsync(referrerPolicy, $"""
            <!doctype html><meta charset="utf-8"><title>Acme</title><link rel="icon" href="data:,"><script>{before}</script><script src="{capture}capture.js" defer></script>
            <form method="post" action="/welcome" data-proxyshim-identify><input name="email" aria-label="email"><button>Sign up</button></form>
            """);
        var port = new Uri(pages.Urls.Single()).Port;
        var scope = await redis.OpenAsync();
        var stand = await Stand.StartAsync(
            redis, Cancellation, ("Capture:Url", capture.OriginalString), ("Capture:Origins:0", $"http://www.acme.localhost:{port}"),
            ("Capture:Origins:1", $"http://app.acme.localhost:{port}"), ("Clicks:Keys:0", scope.Key("key:{customer_key}")), ("Clicks:Keys:1", scope.Key("email:{email_sha256}")));
        var site = new CapturedSite(pages, stand, scope, await chromium.OpenAsync(new Uri("about:blank")));
        site.Page.Context.Request += (_, request) =>
        {
            if (new Uri(request.Url).Port == capture.Port)
            {
                site._sent.Enqueue(request);
            }
        };
        return site;
    }

    /// <summary>Goes to a page of the site.</summary>
    /// <param name="host"><c>www</c> or <c>app</c>.</param>
    public Task GoAsync(string host, string path) => Page.GotoAsync($"http://{host}.acme.localhost:{new Uri(_pages.Urls.Single()).Port}/{path}");

    /// <summary>The click that stands in Redis under this key, once it does.</summary>
    public async Task<JsonElement> ClickAsync(string key)
    {
        await Eventually.IsTrueAsync("the click is kept", () => _scope.Database.KeyExistsAsync(_scope.Key(key)), cancellation: Cancellation);
        return JsonElement.Parse((await _scope.Database.StringGetAsync(_scope.Key(key))).ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await _window.DisposeAsync();
        await _pages.DisposeAsync();
        await _stand.DisposeAsync();
        await _scope.DisposeAsync();
    }

    // Chromium leads every name below localhost to this machine (RFC 6761, section 6.3).
    private static async Task<WebApplication> ServeAsync(string referrerPolicy, string page)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var pages = builder.Build();
        pages.Run(context =>
        {
            context.Response.ContentType = "text/html";
            context.Response.Headers["Referrer-Policy"] = referrerPolicy;
            return context.Response.WriteAsync(page, context.RequestAborted);
        });
        await pages.StartAsync(Cancellation);
        return pages;
    }
}

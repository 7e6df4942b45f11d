using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ProxyShim.Capture;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Capture;

/// <summary>How the script is served; what it does is seen in a browser (the demo site's tests).</summary>
[RedisSuite]
public sealed class CaptureScriptTests(TestRedis redis)
{
    [Fact]
    public async Task It_is_small_and_a_browser_keeps_it_and_asks_for_no_more_than_whether_it_has_changed()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);

        using var first = await GetAsync(surface, "/capture.js", encoding: "gzip, br");
        var bytes = await first.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        using var plain = await GetAsync(surface, "/capture.js");

        Assert.InRange(bytes.Length, 1, 2047);
        Assert.Equal(await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), await UnzipAsync(bytes));
        Assert.Equal("text/javascript; charset=utf-8", first.Content.Headers.ContentType!.ToString());
        Assert.Equal(TimeSpan.FromDays(1), first.Headers.CacheControl!.MaxAge);
        Assert.Equal(["Accept-Encoding"], first.Headers.Vary);
        Assert.NotEqual(first.Headers.ETag, plain.Headers.ETag);

        using var again = await GetAsync(surface, "/capture.js", encoding: "gzip", known: first.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        using var other = await GetAsync(surface, "/capture.js", known: first.Headers.ETag);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task A_version_is_for_good_and_an_old_one_is_the_newest_for_a_day()
    {
        await using var scope = await redis.OpenAsync();
        await using var surface = await CaptureSurface.ServeAsync(scope);

        using var present = await GetAsync(surface, $"/capture.{CaptureScript.Version}.js");
        using var former = await GetAsync(surface, "/capture.0123456789ab.js");

        Assert.Contains("immutable", present.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromDays(365), present.Headers.CacheControl.MaxAge);
        Assert.Equal((HttpStatusCode.OK, TimeSpan.FromDays(1)), (former.StatusCode, former.Headers.CacheControl!.MaxAge!.Value));
        Assert.Equal(await present.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), await former.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<HttpResponseMessage> GetAsync(CaptureSurface surface, string path, string? encoding = null, EntityTagHeaderValue? known = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(surface.Address, path));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
        if (known is not null)
        {
            request.Headers.IfNoneMatch.Add(known);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<string> UnzipAsync(byte[] bytes)
    {
        await using var zip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var reader = new StreamReader(zip, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}

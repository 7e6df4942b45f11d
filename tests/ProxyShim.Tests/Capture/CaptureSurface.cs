using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Capture;
using ProxyShim.Clicks;
using ProxyShim.CustomerApi;
using ProxyShim.Limits;
using ProxyShim.Redis;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Capture;

/// <summary>The capture listener on a port of its own, with its part of the run's Redis.</summary>
internal sealed class CaptureSurface : IAsyncDisposable
{
    public const string Origin = "https://www.acme.com";
    public const string Token = "a token of sixteen or more";

    private readonly CaptureListener _listener;
    private readonly HttpClient _client = new();

    private CaptureSurface(RedisScope scope, RedisGate? gate, (string, string?)[] more)
    {
        Log = new CapturedLog(Time);
        var settings = Given.Settings([
            ("Capture:Url", "http://127.0.0.1:0"), ("Capture:Origins:0", Origin), ("Capture:Token", Token),
            ("Clicks:Keys:0", scope.Key("click:{customer_key}")), ("Clicks:Keys:1", scope.Key("click:email:{email_sha256}")), .. more,
        ]);
        Degradations = new Degradations(Log.Events, Time);
        gate ??= new RedisGate(settings.Redis, TimeProvider.System, () => Task.FromResult(scope.Connection));
        var refusals = new ClickRefusals(Log.Events, Metrics, Time);
        Watch = new CaptureWatch(refusals, Degradations, Time);
        Connections = new ConnectionGate(settings.Limits, new ListenerProbe(Time), Metrics, Time);
        Limits = new RequestLimits(settings.Limits, new Callers(settings.CustomerApi), Metrics, Time);
        Store = new ClickStore(settings.Clicks);
        _listener = new CaptureListener(
            settings.Capture!, new ClickReports(settings.Capture!, new ClickWriter(settings.Clicks, gate, Time), Limits, refusals, Watch, Metrics, Time), Connections,
            new BlockPool());
    }

    public FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    public CapturedLog Log { get; }

    public ShimMetrics Metrics { get; } = new();

    public Degradations Degradations { get; }

    public CaptureWatch Watch { get; }

    public ConnectionGate Connections { get; }

    public RequestLimits Limits { get; }

    public ClickStore Store { get; }

    public Uri Address => _listener.Address;

    public static async Task<CaptureSurface> ServeAsync(RedisScope scope, params (string, string?)[] more) => await ServeAsync(scope, null, more);

    public static async Task<CaptureSurface> ServeAsync(RedisScope scope, RedisGate? gate, params (string, string?)[] more)
    {
        var surface = new CaptureSurface(scope, gate, more);
        await surface._listener.StartAsync(TestContext.Current.CancellationToken);
        surface._client.BaseAddress = surface.Address;
        return surface;
    }

    /// <summary>Reports a click as a page does; from nowhere when <paramref name="origin"/> is null.</summary>
    public async Task<(HttpResponseMessage Answer, string Body)> PostAsync(
        string body, string? origin = Origin, string? token = null, string? forwarded = null, string type = "text/plain", bool chunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/clicks", UriKind.Relative));
        request.Content = new StringContent(body, Encoding.UTF8, type);
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.TryAddWithoutValidation("User-Agent", "Firefox");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in new[] { ("Origin", origin), ("X-Forwarded-For", forwarded) })
        {
            Assert.True(value is null || request.Headers.TryAddWithoutValidation(name, value));
        }

        return await SendAsync(request);
    }

    public async Task<(HttpResponseMessage Answer, string Body)> SendAsync(HttpRequestMessage request)
    {
        var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _listener.StopAsync(CancellationToken.None);
        await _listener.DisposeAsync();
        Metrics.Dispose();
        Limits.Dispose();
    }
}

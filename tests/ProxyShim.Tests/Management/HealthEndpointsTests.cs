using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Lifetime;
using ProxyShim.Limits;
using ProxyShim.Management;
using ProxyShim.Telemetry.Health;
using ProxyShim.Testing;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Management;

public sealed class HealthEndpointsTests : IAsyncLifetime
{
    private readonly Lifetime _lifetime = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));
    private readonly HttpClient _client = new();
    private readonly WebApplication _app;
    private readonly Degradations _degradations;
    private readonly ListenerProbe _listener = new(TimeProvider.System);
    private readonly KestrelServerOptions _options = new();

    public HealthEndpointsTests()
    {
        _degradations = new Degradations(new CapturedLog(_time).Events, _time);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.MapHealth(new Readiness(_lifetime), _degradations, _listener);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_it_starts_it_lives_and_is_not_ready()
    {
        await AssertAnswerAsync(HealthEndpoints.Live, HttpStatusCode.OK, """{"status":"live"}""");
        await AssertAnswerAsync(HealthEndpoints.Ready, HttpStatusCode.ServiceUnavailable, """{"status":"starting","degraded":[]}""");
    }

    [Fact]
    public async Task When_it_has_started_it_is_ready()
    {
        _lifetime.Start();

        await AssertAnswerAsync(HealthEndpoints.Ready, HttpStatusCode.OK, """{"status":"ready","degraded":[]}""");
    }

    [Fact]
    public async Task A_legacy_listener_that_takes_no_connection_is_not_alive_unless_it_drains()
    {
        _lifetime.Start();
        _options.ListenLocalhost(FreePort.Next(), _listener.Watch);
        await AssertAnswerAsync(HealthEndpoints.Live, HttpStatusCode.ServiceUnavailable, """{"status":"not_listening"}""");

        _lifetime.StopApplication();
        await AssertAnswerAsync(HealthEndpoints.Live, HttpStatusCode.OK, """{"status":"live"}""");
    }

    [Fact]
    public async Task While_it_drains_it_lives_and_is_not_ready()
    {
        _lifetime.Start();
        _lifetime.StopApplication();

        await AssertAnswerAsync(HealthEndpoints.Live, HttpStatusCode.OK, """{"status":"live"}""");
        await AssertAnswerAsync(HealthEndpoints.Ready, HttpStatusCode.ServiceUnavailable, """{"status":"draining","degraded":[]}""");
    }

    [Fact]
    public async Task Trouble_with_peers_is_told_and_makes_nothing_fail()
    {
        _lifetime.Start();
        foreach (var part in HealthComponent.All)
        {
            _degradations.Report(part, part.Reasons.First(), part == HealthComponent.Redis ? "redis.example:6379" : null);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        await AssertAnswerAsync(HealthEndpoints.Live, HttpStatusCode.OK, """{"status":"live"}""");
        var (status, body) = await GetAsync(HealthEndpoints.Ready);
        Assert.Equal(HttpStatusCode.OK, status);
        var shown = JsonDocument.Parse(body).RootElement.GetProperty("degraded").EnumerateArray().Select(part => part.GetRawText()).ToList();
        Assert.StartsWith(
            """{"part":"redis","reason":"connecting","since":"2026-05-04T03:02:01+00:00","detail":"redis.example:6379","action":"Wait for """,
            shown[0], StringComparison.Ordinal);
        Assert.StartsWith(
            """{"part":"callers","reason":"all_unknown","since":"2026-05-04T03:08:01+00:00","action":"Set """, shown[6], StringComparison.Ordinal);
    }

    public async ValueTask InitializeAsync() => await _app.StartAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private async Task AssertAnswerAsync(string path, HttpStatusCode status, string body) => Assert.Equal((status, body), await GetAsync(path));

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using var answer = await _client.GetAsync(new Uri(_app.Urls.Single() + path), Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    // Tokens that are cancelled by hand need no source to be disposed of.
    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted { get; private set; }

        public CancellationToken ApplicationStopping { get; private set; }

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void Start() => ApplicationStarted = new CancellationToken(canceled: true);

        public void StopApplication() => ApplicationStopping = new CancellationToken(canceled: true);
    }
}

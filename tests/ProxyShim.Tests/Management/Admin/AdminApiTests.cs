using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Background;
using ProxyShim.Clicks;
using ProxyShim.Clicks.Import;
using ProxyShim.Customers;
using ProxyShim.Hosting;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Lifetime;
using ProxyShim.Management.Admin;
using ProxyShim.Management.Recent;
using ProxyShim.Rollout;
using ProxyShim.Settlement;
using ProxyShim.SwitchOver;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Telemetry.Output;
using ProxyShim.Testing;
using ProxyShim.Tests.Management.Scraping;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Management.Admin;

/// <summary>What the console reads, without a Redis: neither the overview nor the events need one.</summary>
public sealed class AdminApiTests : IAsyncDisposable
{
    private const string Token = "tökén";

    private static readonly string[] s_paths = ["/admin/overview", "/admin/events", "/admin/dead-letters", "/admin/conversions/ann"];

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));
    private readonly Instruments _instruments = new();
    private readonly RecentLines _lines = new();
    private readonly RecentActivity _recent;
    private readonly ShimSettings _settings = Given.Settings();
    private AdminDoor? _door;

    public AdminApiTests() => _recent = new RecentActivity(_instruments.Metrics, _time);

    [Fact]
    public async Task Before_anything_has_happened_the_overview_says_so()
    {
        await using var surface = await ServeAsync();

        var overview = await ReadAsync(surface, "/admin/overview");

        Assert.Equal("2026-05-04T03:02:01+00:00", overview.GetProperty("now").GetString());
        Assert.Equal("2026-05-04T03:02:01+00:00", overview.GetProperty("since").GetString());
        Assert.Equal(("ready", "Live", false), (overview.GetProperty("state").GetString(), overview.GetProperty("mode").GetString(), overview.GetProperty("test").GetBoolean()));
        Assert.StartsWith("0.1.0", overview.GetProperty("version").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            """{"degraded":[],"ledger":null,"outcomes":{},"look_ups":{},"conversions":{},"latency":null,"minutes":[],"partners":[]}""",
            Only(overview, "degraded", "ledger", "outcomes", "look_ups", "conversions", "latency", "minutes", "partners"));
    }

    [Fact]
    public async Task The_overview_adds_the_last_hour_up_and_tells_how_things_stand()
    {
        Handle(Outcome.Converted, xid: "xid", milliseconds: 20);
        Handle(Outcome.Fallback, Reasons.NoClick, milliseconds: 10);
        _instruments.Metrics.Converted(ConversionStage.Sent);
        _time.Advance(TimeSpan.FromMinutes(2));
        Handle(Outcome.Converted, xid: "xid", milliseconds: 30);
        _instruments.Ledger.Depths = new LedgerDepths(3, 2, 1, TimeSpan.FromSeconds(90));
        _instruments.Degradations.Report(HealthComponent.Environment, "test_customer_in_live");
        await using var surface = await ServeAsync();

        var overview = await ReadAsync(surface, "/admin/overview");

        Assert.Equal(
            """{"ledger":{"due":3,"unverified":2,"dead":1,"oldest_due_seconds":90,"with_calls":0,"dead_calls":0,"held":0},"outcomes":{"converted":2,"fallback":1},"look_ups":{"hit":2,"miss":1},"conversions":{"sent":1}}""",
            Only(overview, "ledger", "outcomes", "look_ups", "conversions"));
        Assert.Equal("environment", Assert.Single(overview.GetProperty("degraded").EnumerateArray()).GetProperty("part").GetString());
        Assert.Equal(30, overview.GetProperty("latency").GetProperty("max_ms").GetDouble());
        Assert.InRange(overview.GetProperty("latency").GetProperty("p50_ms").GetDouble(), 19.8, 20.2);
        Assert.InRange(overview.GetProperty("latency").GetProperty("p95_ms").GetDouble(), 29.7, 30);
        Assert.InRange(overview.GetProperty("latency").GetProperty("p99_ms").GetDouble(), 29.7, 30);
        var minutes = overview.GetProperty("minutes").EnumerateArray().ToList();
        Assert.Equal(
            ["""{"at":"2026-05-04T03:02:00+00:00","outcomes":{"converted":1,"fallback":1}}""", """{"at":"2026-05-04T03:04:00+00:00","outcomes":{"converted":1}}"""],
            minutes.Select(minute => Only(minute, "at", "outcomes")));
        Assert.All(minutes, minute => Assert.InRange(minute.GetProperty("p95_ms").GetDouble(), minute.GetProperty("p50_ms").GetDouble(), 30));
    }

    [Fact]
    public async Task The_events_are_the_logs_own_lines()
    {
        await using var surface = await ServeAsync();
        Assert.Equal("""{"events":[]}""", (await ReadAsync(surface, "/admin/events")).GetRawText());
        var log = new CapturedLog(_time, _lines);
        var record = new RequestRecord { TraceId = "4bf92f3577b34da6a3ce929d0e0e4736", Route = "/api/v2/customers", PartnerKey = "p\"</script>é" };
        LogEvents.RequestHandled(log.Events, record, "POST", 200, TimeSpan.FromMilliseconds(1.5));
        LogEvents.Alert(log.Events, Alert.TokenForbidden);

        var events = (await ReadAsync(surface, "/admin/events")).GetProperty("events").EnumerateArray().Select(line => line.GetRawText()).ToList();

        Assert.Equal(log.Lines.Reverse(), events);
        Assert.All(events, LogSchema.Hold);
    }

    [Fact]
    public async Task What_needs_Redis_says_that_it_is_away_and_the_rest_goes_on()
    {
        await using var surface = await ServeAsync();

        foreach (var path in s_paths)
        {
            var (answer, body) = await surface.GetAsync(path, $"Bearer {Token}");
            Assert.Equal(path is "/admin/overview" or "/admin/events" ? 200 : 503, (int)answer.StatusCode);
            Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
            Assert.DoesNotContain("ann", body, StringComparison.Ordinal);
            answer.Dispose();
        }
    }

    [Theory]
    [InlineData(null, "Send the bearer token of Management:Token.")]
    [InlineData("Basic dMO2a8Opbg==", "Send the bearer token of Management:Token.")]
    [InlineData("Bearer ", "Send the bearer token of Management:Token.")]
    [InlineData("Bearer wrong", "That is not the token of Management:Token.")]
    public async Task Only_the_token_opens_it(string? authorization, string error)
    {
        await using var surface = await ServeAsync();

        foreach (var path in s_paths)
        {
            var (answer, body) = await surface.GetAsync(path, authorization);
            Assert.Equal((401, $$"""{"error":"{{error}}"}"""), ((int)answer.StatusCode, body));
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
            answer.Dispose();
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer ")]
    [InlineData("Bearer guess")]
    public async Task Without_Management_Token_it_is_off(string? authorization)
    {
        await using var surface = await ServeAsync(token: null);

        foreach (var path in s_paths)
        {
            var (answer, body) = await surface.GetAsync(path, authorization);
            Assert.Equal(
                (401, """{"error":"The admin API is off; set Management:Token to switch it on."}"""), ((int)answer.StatusCode, body));
            answer.Dispose();
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("99999999999")]
    public async Task A_limit_that_is_none_is_refused(string limit)
    {
        await using var surface = await ServeAsync();

        var (answer, body) = await surface.GetAsync($"/admin/dead-letters?limit={limit}", $"Bearer {Token}");

        Assert.Equal((400, """{"error":"limit is a whole number from 1."}"""), ((int)answer.StatusCode, body));
        answer.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _recent.Dispose();
        _door?.Dispose();
        await _instruments.DisposeAsync();
    }

    private static async Task<JsonElement> ReadAsync(ManagementSurface surface, string path)
    {
        var (answer, body) = await surface.GetAsync(path, $"Bearer {Token}");
        Assert.Equal((200, "application/json; charset=utf-8"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        answer.Dispose();
        return JsonElement.Parse(body);
    }

    private static string Only(JsonElement value, params string[] names) =>
        $"{{{string.Join(',', value.EnumerateObject().Where(member => names.Contains(member.Name)).Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}"))}}}";

    private void Handle(Outcome outcome, string? reason = null, string? xid = null, int milliseconds = 1) => _instruments.Metrics.Handled(
        new RequestRecord { TraceId = "", Route = "", Outcome = outcome, Reason = reason, Xid = xid }, TimeSpan.FromMilliseconds(milliseconds));

    private Task<ManagementSurface> ServeAsync(string? token = Token)
    {
        var ledger = new ConversionLedger(_settings.Ledger);
        var overview = new OverviewReader(
            _recent, _instruments.Partners, _instruments.Ledger, _instruments.Degradations, new Readiness(new Started()), new RolloutState(_settings.Rollout), _settings.ConversionApi, _time);
        _door = token is null ? new AdminDoor() : new AdminDoor(AdminDoor.Token(token));
        var writer = new ClickWriter(_settings.Clicks, _instruments.Redis, _time);
        var admin = new AdminEndpoints(
            _door.Tokens,
            _door.Wrong,
            _door.Metrics,
            [
                new OverviewEndpoints(overview, _lines),
                new DeadLetterEndpoints(
                    new DeadLetters(_instruments.Redis, ledger, _door.Log.NewConversionEvents(_settings.Privacy)),
                    new DeadCalls(_instruments.Redis, new KeptCalls(_settings.Ledger), _door.Log.NewKeptCallEvents(_settings.Privacy))),
                new CustomerEndpoints(new CustomerLookup(
                    _instruments.Redis, ledger, new KeptCalls(_settings.Ledger), new ClickStore(_settings.Clicks), new CustomerRef(_settings.Privacy), new RecentNames(),
                    new RecentDecisions(_time))),
                new ClickEndpoints(
                    new ClickSearch(_instruments.Redis, new ClickStore(_settings.Clicks)),
                    new ClickChanges(
                        writer, new ClickImport(writer, _door.Metrics, _time), new CustomerRef(_settings.Privacy), _door.Log.Events, _door.Metrics, _time)),
                new RolloutEndpoints(new RolloutControl(
                    _settings.Rollout, _settings.RolloutBounds, new RolloutStore(_settings.Ledger), _instruments.Redis, new RolloutState(_settings.Rollout), EventLog.Silent)),
            ]);
        return ManagementSurface.ServeAsync(admin.Map);
    }

    private sealed class Started : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => new(canceled: true);

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => throw new NotSupportedException();
    }
}

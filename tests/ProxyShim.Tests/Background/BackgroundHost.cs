using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Background;
using ProxyShim.Background.Delivery;
using ProxyShim.Background.Holding;
using ProxyShim.Background.Playing;
using ProxyShim.Background.Verification;
using ProxyShim.Clicks;
using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Hosting;
using ProxyShim.Http;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Held;
using ProxyShim.Ledger.Kept;
using ProxyShim.Redis;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Testing;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Ledger.Model;
using ProxyShim.Tests.Settings;
using ProxyShim.Tests.Telemetry;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace ProxyShim.Tests.Background;

/// <summary>The background work as the shim builds it, between a real Redis and a simulated PartnerStack, under a clock that the test holds.</summary>
internal sealed class BackgroundHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly ConversionForwarder _forwarder;
    private readonly CallPlayer _player;

    private BackgroundHost(RedisScope scope, SimulatedPartnerStack partnerStack, (string Key, string? Value)[] settings)
    {
        PartnerStack = partnerStack;
        Settings = Given.Settings([
            ("Redis:ConnectionString", scope.ConnectionString), ("Redis:KeyPrefix", scope.KeyPrefix), ("ConversionApi:Token", "tok_sandbox"),
            ("Clicks:Keys:0", scope.Key("click:{customer_key}")),
            ("ConversionApi:Address", partnerStack.ConversionApiAddress.OriginalString), ("CustomerApi:Address", partnerStack.CustomerApiAddress.OriginalString),
            ("CustomerApi:PublicKey", "pk_sandbox"), ("CustomerApi:SecretKey", "sk_sandbox"), .. settings]);
        Time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        Log = new CapturedLog(Time);
        Under = new LedgerUnderTest(scope, readsBack: Settings.CustomerApi.Vendor is not null);
        Ledger = new ConversionLedger(Settings.Ledger);

        // The connection is that of all tests, so nobody here closes it.
        Redis = new RedisGate(Settings.Redis, Time, () => Task.FromResult(LossyRedis.Over(scope.Connection, () => Losses())));
        Events = Log.NewConversionEvents(new PrivacySettings(CustomerRefKind.Plain, null));
        Settler = new Settler(Ledger, Settings.Delivery, new Backoff(Settings.Delivery, () => 0.5), Events, Time);
        var kept = new KeptCalls(Settings.Ledger);
        Backlog = new SettlementBacklog(Redis, Settler, Ledger, kept, Time);
        Clocks = new RedisClocks(Redis, Ledger, Settings.Ledger, new AlertEvents(Log.Events, new ShimMetrics()), Time);
        Pipeline = new ConversionPipeline(Settings.ConversionApi, Time);
        _services = new ServiceCollection().AddLogging().AddHttpForwarder().BuildServiceProvider();
        var clients = new OutboundClients(Settings.Outbound);
        _forwarder = new ConversionForwarder(_services.GetRequiredService<IHttpForwarder>(), clients, Settings.ConversionApi, Time);
        Sender = new ConversionSender(_forwarder, Settings.ConversionApi, Pipeline, Time);
        var taking = new JobTaking(Redis, Ledger, Clocks, Events, Time);
        Delivery = new DeliveryRunner(Redis, Ledger, taking, Sender, Pipeline, Settler, Backlog, Events, Settings.Delivery);
        var reach = new CustomerApiReach(Settings.CustomerApi, new Degradations(Log.Events, Time), Time);
        Reader = new CustomerReader(Settings.CustomerApi, reach, clients, Time);
        var keyPairs = new KeyPairWatch(Settings.CustomerApi, Events);
        _player = new CallPlayer(Settings.CustomerApi, reach, clients, Time);
        Playing = new KeptCallRunner(
            Redis, kept, _player, keyPairs, Log.NewKeptCallEvents(new PrivacySettings(CustomerRefKind.Plain, null)),
            new Backoff(Settings.Delivery, () => 0.5), Settings.Delivery, Time);
        Held = new HeldCreations(Settings.Ledger);
        Holding = new HeldRunner(
            Redis, taking, Held, new ClickStore(Settings.Clicks),
            new HandOver(Redis, Ledger, Held, _player, Reader, keyPairs, Brake, Events, new Backoff(Settings.Delivery, () => 0.5), Settings.Delivery, Settings.Verification, Time),
            Events, Settings.Holding);
        Verification = new VerificationRunner(
            Redis, Ledger, taking, Reader, keyPairs, Brake, Events, Settings.Verification, Settings.Delivery, Settings.ConversionApi, Time);
    }

    public SimulatedPartnerStack PartnerStack { get; }

    public ShimSettings Settings { get; }

    public FakeTimeProvider Time { get; }

    public CapturedLog Log { get; }

    /// <summary>The same ledger, looked at from behind.</summary>
    public LedgerUnderTest Under { get; }

    public ConversionLedger Ledger { get; }

    public RedisGate Redis { get; }

    /// <summary>What becomes of each command that the shim sends to Redis.</summary>
    public Func<Loss> Losses { get; set; } = () => Loss.None;

    public ConversionEvents Events { get; }

    public Settler Settler { get; }

    public SettlementBacklog Backlog { get; }

    public RedisClocks Clocks { get; }

    public ConversionPipeline Pipeline { get; }

    public ConversionSender Sender { get; }

    public DeliveryRunner Delivery { get; }

    public KeptCallRunner Playing { get; }

    public HeldCreations Held { get; }

    public HeldRunner Holding { get; }

    public CustomerReader Reader { get; }

    public ResendGuard Brake { get; } = new();

    public VerificationRunner Verification { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<BackgroundHost> OpenAsync(TestRedis redis, params (string Key, string? Value)[] settings) =>
        new(await redis.OpenAsync(), await SimulatedPartnerStack.StartAsync(new(), Cancellation), settings);

    /// <summary>A customer in this state whose time has come.</summary>
    public async Task<ConversionId> ReadyAsync(ConversionState state, string customerKey = "customer")
    {
        var (id, _) = await Under.BringToAsync(state, customerKey);
        await Under.PassTimeAsync(id);
        return id;
    }

    /// <summary>Makes a conversion older than <c>Delivery:MaxAge</c>.</summary>
    public Task AgeAsync(ConversionId id) => Under.Redis.HashSetAsync(Under.Keys.Of(id)[0], [new("age_from", 1)]);

    public Task<int> DeliverAsync(params ConversionId[] due) => Delivery.RunAsync(due, Cancellation);

    public Task<int> ReadBackAsync(params ConversionId[] due) => Verification.RunAsync(due, Cancellation);

    /// <summary>What the ledger holds of a conversion, which must be something.</summary>
    public async Task<SeenEntry> SeeAsync(ConversionId id) => (await Under.SeeAsync(id))!;

    /// <summary>The log's events of this name.</summary>
    public int Count(string name) => Log.Entries.Count(entry => entry.TryGetProperty("Event", out var value) && value.GetString() == name);

    /// <summary>The reasons of the dead letters so far.</summary>
    public IEnumerable<string?> Deaths() => Log.Entries.Where(entry => entry.GetProperty("Event").GetString() == "ConversionDead")
        .Select(entry => entry.GetProperty("Reason").GetString());

    /// <summary>The alerts so far.</summary>
    public IEnumerable<string?> Alerts() => Log.Entries.Where(entry => entry.GetProperty("Event").GetString() == "Alert")
        .Select(entry => entry.GetProperty("Detail").GetString());

    /// <summary>What has been degraded so far, and what is over again.</summary>
    public IEnumerable<string> Troubles() => Log.Entries.Where(entry => entry.GetProperty("Event").GetString() == "Degraded")
        .Select(entry => $"{entry.GetProperty("Part")}: {entry.GetProperty("Reason")}{(entry.GetProperty("Over").GetBoolean() ? " over" : $" ({entry.GetProperty("Detail")})")}");

    public async ValueTask DisposeAsync()
    {
        Backlog.Dispose();
        Reader.Dispose();
        _player.Dispose();
        _forwarder.Dispose();
        await _services.DisposeAsync();
        await PartnerStack.DisposeAsync();
        await Under.DisposeAsync();
    }
}

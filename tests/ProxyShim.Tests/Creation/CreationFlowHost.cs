using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyShim.Clicks;
using ProxyShim.Creation;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Ledger.Held;
using ProxyShim.Ledger.Kept;
using ProxyShim.Redis;
using ProxyShim.Rollout;
using ProxyShim.Settlement;
using ProxyShim.SwitchOver;
using ProxyShim.Telemetry;
using ProxyShim.Tests.Background;
using ProxyShim.Tests.CustomerApi;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Ledger.Model;

namespace ProxyShim.Tests.Creation;

/// <summary>One replica's flow of a call that creates a customer, as the shim builds it, in front of a <see cref="BackgroundHost"/> that all replicas share.</summary>
internal sealed class CreationFlowHost : IAsyncDisposable
{
    private readonly BackgroundHost _background;
    private readonly CreationFlow _flow;
    private readonly RolloutState _rollout;

    public CreationFlowHost(BackgroundHost background)
    {
        _background = background;
        _rollout = new RolloutState(background.Settings.Rollout);
        var (settings, ledger, time) = (background.Settings, background.Ledger, background.Time);

        // The connection is that of all tests, so nobody here closes it.
        Redis = new RedisGate(settings.Redis, time, () => Task.FromResult(LossyRedis.Over(background.Under.Scope.Connection, () => Losses())));
        Backlog = new SettlementBacklog(Redis, background.Settler, ledger, new KeptCalls(settings.Ledger), time);
        var answers = new CustomerAnswers(settings.Conversions, settings.ConversionApi, ledger);
        var known = new DuplicateRequests(settings.ConversionApi, Redis, ledger, background.Held, answers, background.Events, time);
        var bounds = settings.RolloutBounds;
        Control = new RolloutControl(settings.Rollout, bounds, new RolloutStore(settings.Ledger), Redis, _rollout, EventLog.Silent);
        var judge = new ClickJudge(settings.Conversions, time);
        var clicks = new ClickStore(settings.Clicks);
        var shadow = new Shadow(settings.Conversions, judge, clicks, ledger, Backlog);
        var claims = new Claims(settings.Conversions, shadow, Backlog);
        var holder = new CreationHolder(settings.Conversions, claims, new HeldCreations(settings.Ledger), ledger, Backlog, answers, time);
        var sending = new ClaimSending(settings.Conversions, claims, ledger, answers, background.Sender, background.Settler, Backlog, background.Events, time);
        _flow = new CreationFlow(
            judge, claims, shadow, holder, Control, _rollout, Redis, clicks, ledger, known, sending, Backlog, background.Events, time);
    }

    public RedisGate Redis { get; }

    public SettlementBacklog Backlog { get; }

    /// <summary>What becomes of each script that this replica sends to Redis, which waits for it: what it does meanwhile comes first.</summary>
    public Func<ValueTask<Loss>> Losses { get; set; } = () => new(Loss.None);

    /// <summary>Who says what counts.</summary>
    public RolloutControl Control { get; }

    /// <summary>What counts for this replica's next call, as its settings say it.</summary>
    public RolloutPlan Rollout
    {
        get => _rollout.Plan;
        set => Control.TakeSettings(value);
    }

    /// <summary>Cancelled when the caller hangs up.</summary>
    public CancellationToken HungUp { get; set; }

    /// <summary>Does something just before this replica's script of this number, counted from 1, and decides what becomes of that.</summary>
    public void At(int number, Func<Task<Loss>> act)
    {
        var scripts = 0;
        Losses = async () => ++scripts == number ? await act() : Loss.None;
    }

    /// <summary>The caller has its answer; what is left to do comes after that.</summary>
    public TaskCompletionSource<CreationAnswer> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Leaves a click for the customer.</summary>
    public Task ClickAsync(string customerKey = "customer") =>
        _background.Under.Redis.StringSetAsync(_background.Under.Scope.Key($"click:{customerKey}"), "xid_1");

    /// <summary>A legacy app's call.</summary>
    /// <param name="xid">The click that it brings itself; null = none.</param>
    public async Task<(CreationAnswer Answer, RequestRecord Record)> PostAsync(string customerKey = "customer", string? xid = null)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"customer_key":"{{customerKey}}","email":"{{customerKey}}@example.com","partner_key":"partner"}""");
        var request = CustomerRequestReader.Read(body, CustomerApiVersion.V2, out _)!;
        request = xid is null || !Xid.TryParse(xid, out var own) ? request : request with { Click = new Click(own) };
        var record = new RequestRecord { TraceId = LedgerUnderTest.TraceId, Route = "/api/v2/customers", Target = "/api/v2/customers", Caller = "default", Rollout = Rollout };
        var answer = await _flow.RunAsync(request, CustomerApiVersion.V2, record, Call(body), HungUp);
        Answered.TrySetResult(answer);
        await (record.AfterAnswer?.Invoke() ?? default);
        await record.Telling;
        return (answer, record);
    }

    private static DefaultHttpContext Call(byte[] body)
    {
        var http = new DefaultHttpContext();
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/api/v2/customers";
        (http.Request.Method, http.Request.ContentType, http.Request.Body) = ("POST", "application/json; charset=UTF-8", new MemoryStream(body));
        return http;
    }

    /// <summary>Tells Redis what it could not be told before, and ends.</summary>
    public async Task CatchUpAsync()
    {
        await Backlog.StartAsync(CancellationToken.None);
        await Backlog.StopAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        Backlog.Dispose();
        return ValueTask.CompletedTask;
    }
}

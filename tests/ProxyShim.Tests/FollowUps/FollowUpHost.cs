using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyShim.FollowUps;
using ProxyShim.Http;
using ProxyShim.Ledger;
using ProxyShim.Ledger.Kept;
using ProxyShim.Redis;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Settlement;
using ProxyShim.Telemetry;
using ProxyShim.Tests.Background;
using ProxyShim.Tests.Ledger;
using ProxyShim.Tests.Ledger.Kept;
using ProxyShim.Tests.Ledger.Model;
using Xunit;

namespace ProxyShim.Tests.FollowUps;

/// <summary>One replica's stage for calls about a customer, as the shim builds it, in front of a <see cref="BackgroundHost"/> that plays what was kept.</summary>
internal sealed class FollowUpHost : IAsyncDisposable
{
    private const string CustomerKey = "customer";

    private static readonly AuthenticationHeaderValue s_pair = new("Basic", Convert.ToBase64String("pk_sandbox:sk_sandbox"u8));

    private readonly BackgroundHost _background;
    private readonly SettlementBacklog _backlog;
    private readonly FollowUpFilter _filter;
    private readonly HttpClient _client;
    private Func<ValueTask<Loss>> _losses = static () => new(Loss.None);

    public FollowUpHost(BackgroundHost background)
    {
        _background = background;
        _client = new HttpClient { BaseAddress = background.PartnerStack.CustomerApiAddress, DefaultRequestHeaders = { Authorization = s_pair } };
        var (settings, ledger, time) = (background.Settings, background.Ledger, background.Time);

        // The connection is that of all tests, so nobody here closes it.
        var redis = new RedisGate(settings.Redis, time, () => Task.FromResult(LossyRedis.Over(background.Under.Scope.Connection, () => _losses())));
        var kept = new KeptCalls(settings.Ledger);
        _backlog = new SettlementBacklog(redis, background.Settler, ledger, kept, time);
        var keeper = new CallKeeper(settings.FollowUps, redis, kept, background.Log.NewKeptCallEvents(settings.Privacy), _backlog, time);
        _filter = new FollowUpFilter(settings.ConversionApi, redis, ledger, _backlog, new Deletions(ledger, _backlog, background.Reader, time), keeper, background.Events, time);
    }

    public static ConversionId Id { get; } = LedgerUnderTest.IdOf(CustomerKey);

    public static string Payment(int amount) => $$"""{"customer_key":"{{CustomerKey}}","amount":{{amount}}}""";

    public static string Action(int value) => $$"""{"type":"invited","value":{{value}},"target_type":"customer","target_key":"{{CustomerKey}}"}""";

    public static string Change(string name) => $$"""{"name":"{{name}}"}""";

    /// <summary>A customer who was sent, and whom PartnerStack does not show.</summary>
    public static async Task<FollowUpHost> OpenAsync(BackgroundHost background)
    {
        await background.Under.BringToAsync(ConversionState.Sent, CustomerKey);
        return new FollowUpHost(background);
    }

    /// <summary>What becomes of the next script that keeps a call, which waits for it: what is done meanwhile comes first.</summary>
    public void AtKeeping(Func<ValueTask<Loss>> act)
    {
        // Before it the ledger is looked at, and Redis's clock.
        var commands = 0;
        _losses = () => ++commands == 2 ? act() : new(Loss.None);
    }

    /// <summary>PartnerStack shows the customer from now on.</summary>
    public async Task ShowAsync()
    {
        using var body = new StringContent(
            $$"""{"customer_key":"{{CustomerKey}}","email":"customer@example.com","partner_key":"partner"}""", Encoding.UTF8, "application/json");
        using var answer = await _client.PostAsync(new Uri("/api/v2/customers", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>A legacy app's call about the customer.</summary>
    /// <returns>The status that it gets, how long it is to wait before it comes again, and what the log says of the call.</returns>
    public async Task<(int Status, string? RetryAfter, RequestRecord Record)> CallAsync(string resource, string body, string? coding = null)
    {
        var target = resource == "customers" ? $"/api/v2/customers/{CustomerKey}" : $"/api/v2/{resource}";
        var record = new RequestRecord
        {
            TraceId = LedgerUnderTest.TraceId,
            Route = resource == "customers" ? "/api/v2/customers/{key}" : target,
            Target = target,
            Caller = "default",
        };
        var http = new DefaultHttpContext();
        http.Features.Set(record);
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        var bytes = Encoding.UTF8.GetBytes(body);
        var request = http.Request;
        (request.Method, request.ContentType, request.Body) = (resource == "customers" ? "PATCH" : "POST", "application/json", new MemoryStream(bytes));
        request.ContentLength = bytes.Length;
        request.Headers.ContentEncoding = coding;
        http.Response.Body = new MemoryStream();
        await _filter.InvokeAsync(http, context => ForwardAsync(context, target, bytes));
        return (http.Response.StatusCode, http.Response.Headers.RetryAfter, record);
    }

    /// <summary>The app makes it again until it is taken.</summary>
    public async Task InsistAsync(string resource, string body, int status)
    {
        for (var times = 0; status is not (>= 200 and < 300); times++)
        {
            Assert.True(times < 3, $"It is still told {status}.");
            (status, _, _) = await CallAsync(resource, body);
        }
    }

    /// <summary>This replica tells Redis what it could not be told before.</summary>
    public async Task CatchUpAsync()
    {
        _losses = static () => new(Loss.None);
        await _backlog.StartAsync(CancellationToken.None);
        await _backlog.StopAsync(CancellationToken.None);
    }

    /// <summary>A read-back proves the customer, and what waits is played.</summary>
    public async Task PlayAsync()
    {
        await _background.Under.Ledger.VerifiedAsync(_background.Under.Budget, Id, LeaseToken.New(), "");
        await using var kept = new KeptUnderTest(_background.Under);
        await kept.PassTimeAsync(Id);
        await _background.Playing.RunAsync([Id], TestContext.Current.CancellationToken);
        Assert.Empty(await kept.LeftAsync());
    }

    /// <summary>The bodies of the calls that took effect, in their order.</summary>
    public IEnumerable<string> Effects() => _background.PartnerStack.FollowUps.Select(static done => done.BodyText);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _backlog.Dispose();
        return ValueTask.CompletedTask;
    }

    // As the stage that forwards does it: the answer is the Customer API's, unless the filter says otherwise.
    private async Task ForwardAsync(HttpContext context, string target, byte[] body)
    {
        using var forwarded = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(target, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        forwarded.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await _client.SendAsync(forwarded);
        if (context.Features.Get<IForwardedAnswerFilter>() is not { } filter || await filter.AcceptAsync(context, answer))
        {
            context.Response.StatusCode = (int)answer.StatusCode;
        }
    }
}

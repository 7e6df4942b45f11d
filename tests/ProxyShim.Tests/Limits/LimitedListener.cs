using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ProxyShim.CustomerApi;
using ProxyShim.Limits;
using ProxyShim.Settings;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Health;
using ProxyShim.Telemetry.Metrics;
using ProxyShim.Tests.Telemetry;
using Xunit;

namespace ProxyShim.Tests.Limits;

/// <summary>A legacy listener with limits and nothing behind them: a request waits until it is let go, and is answered with 200.</summary>
internal sealed class LimitedListener : IAsyncDisposable
{
    private static readonly CallerPair[] s_known = [new("crm", "pk_known", new Secret("sk_known")), new("shop", "pk_shop", new Secret("sk_shop"))];

    private readonly WebApplication _app;
    private readonly SemaphoreSlim _letGo = new(0);
    private int _waiting;

    private LimitedListener(LimitSettings settings, int callers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseSockets().ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endPoint => endPoint.UseLimits()))
            .UseUrls("http://127.0.0.1:0");
        builder.Services.AddLimits(settings).AddSingleton(TimeProvider.System).AddSingleton<Callers>()
            .AddSingleton(new CustomerApiSettings(new Uri("http://localhost"), null, s_known[..callers], AllowAnonymous: true)).AddSingleton<ShimMetrics>()
            .AddSingleton(new Degradations(new CapturedLog().Events, TimeProvider.System));
        _app = builder.Build();
        var known = _app.Services.GetRequiredService<Callers>();
        _app.Use(next => context =>
        {
            context.Features.Set(Record = new RequestRecord { TraceId = "", Route = "" });
            Record.Caller = known.Identify(context.Request.Headers.Authorization);
            return next(context);
        });
        _app.UseRequestLimits();
        _app.Run(async context =>
        {
            Interlocked.Increment(ref _waiting);
            await _letGo.WaitAsync(context.RequestAborted);
            Interlocked.Decrement(ref _waiting);
        });
    }

    /// <summary>What a caller presents whom the settings name.</summary>
    /// <param name="caller">Which of them, as in <see cref="PostAsync"/>.</param>
    public static AuthenticationHeaderValue Credentials(int caller) => s_known[caller].ToHeader();

    public HttpClient Client { get; } = new();

    public RequestRecord? Record { get; private set; }

    /// <summary>Requests that have come through.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Client.BaseAddress!.Port);

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <param name="callers">How many the settings name, two at most.</param>
    public static async Task<LimitedListener> StartAsync(LimitSettings settings, int callers = 1)
    {
        var listener = new LimitedListener(settings, callers);
        await listener._app.StartAsync(TestContext.Current.CancellationToken);
        listener.Client.BaseAddress = new Uri(listener._app.Urls.Single());
        return listener;
    }

    public void LetGo(int requests = 1) => _letGo.Release(requests);

    /// <param name="isKnown">Whether the caller is one of the settings; else it presents nothing.</param>
    /// <param name="caller">Which of them.</param>
    public async Task<HttpResponseMessage> PostAsync(int bytes = 0, bool isKnown = false, int caller = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/", UriKind.Relative));
        request.Content = bytes == 0 ? null : new ByteArrayContent(new byte[bytes]);
        request.Headers.Authorization = isKnown ? s_known[caller].ToHeader() : null;
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(EndPoint, TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>Whether the connection is served: it answers, or it is closed.</summary>
    public static async Task<bool> IsServedAsync(Socket socket)
    {
        var buffer = new byte[256];
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes("BROKEN\r\n\r\n"), TestContext.Current.CancellationToken);
            return await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public Task StopAsync() => _app.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _letGo.Dispose();
    }
}

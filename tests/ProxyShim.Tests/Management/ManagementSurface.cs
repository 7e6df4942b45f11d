using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace ProxyShim.Tests.Management;

/// <summary>End points of the management listener, served by Kestrel on a port of its own.</summary>
internal sealed class ManagementSurface : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private ManagementSurface(WebApplication app)
    {
        _app = app;

        // A token may hold anything; the console sends it as UTF-8.
        _client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public static async Task<ManagementSurface> ServeAsync(Action<IEndpointRouteBuilder> map)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ManagementSurface(app);
    }

    /// <summary>Asks for a path, with a value for Authorization when one is given.</summary>
    public Task<(HttpResponseMessage Answer, string Body)> GetAsync(string path, string? authorization = null) =>
        SendAsync(HttpMethod.Get, path, authorization);

    /// <summary>Calls a path, with a value for Authorization when one is given.</summary>
    public async Task<(HttpResponseMessage Answer, string Body)> SendAsync(HttpMethod method, string path, string? authorization = null)
    {
        // As it is written: no dots are resolved, nothing is decoded.
        using var request = new HttpRequestMessage(
            method, new Uri(_client.BaseAddress!.OriginalString + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        Assert.True(authorization is null || request.Headers.TryAddWithoutValidation("Authorization", authorization));
        var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Sends any request.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _client.SendAsync(request, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }
}

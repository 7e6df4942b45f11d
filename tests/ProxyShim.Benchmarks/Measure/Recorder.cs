using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Measure;

/// <summary>Stands in for both APIs, slowly, and remembers what it was asked.</summary>
internal sealed class Recorder : IAsyncDisposable
{
    public const string CustomerAnswer = """{"data":{"key":"cus_recorded"},"message":"Answered by the Customer API","status":200}""";

    private readonly WebApplication _application;
    private readonly ConcurrentQueue<Recorded> _conversions = new();
    private readonly ConcurrentQueue<Recorded> _customers = new();

    private Recorder(Site site)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Site.Local(site.CustomerPort), Site.Local(site.ConversionPort));
        _application = builder.Build();
        _application.Run(async context =>
        {
            var converts = context.Connection.LocalPort == site.ConversionPort;
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            (converts ? _conversions : _customers).Enqueue(new Recorded(
                $"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()?.RawTarget}",
                context.Request.Headers.Authorization.ToString(),
                Encoding.UTF8.GetString(body.ToArray())));
            if (!converts)
            {
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = CustomerAnswer.Length;
                await context.Response.WriteAsync(CustomerAnswer, context.RequestAborted);
            }
        });
    }

    public IEnumerable<Recorded> Conversions => _conversions;

    public IEnumerable<Recorded> Customers => _customers;

    public static async Task<Recorder> StartAsync(Site site, CancellationToken cancellationToken)
    {
        var recorder = new Recorder(site);
        await recorder._application.StartAsync(cancellationToken);
        return recorder;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}

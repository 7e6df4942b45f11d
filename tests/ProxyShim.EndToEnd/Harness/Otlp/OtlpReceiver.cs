using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Harness.Otlp;

/// <summary>An OpenTelemetry collector on loopback that keeps what it is sent. It speaks OTLP over HTTP, or over gRPC.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private const string GrpcContent = "application/grpc";

    // A flag and a length stand before a message in gRPC.
    private const int GrpcPrefix = 5;

    private readonly ConcurrentQueue<(string Path, byte[] Message)> _requests = new();
    private readonly ConcurrentQueue<string> _headers = new();
    private readonly WebApplication _app;

    private OtlpReceiver(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    /// <summary>Where it listens.</summary>
    public string Endpoint => _app.Urls.Single();

    /// <summary>What it answers; it takes nothing unless this is 200.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The spans so far.</summary>
    public IReadOnlyList<ExportedSpan> Spans => [.. _requests.Where(request => IsOf(request.Path, "trace")).SelectMany(request => ExportedSpan.In(request.Message))];

    /// <summary>The metrics of all exports so far.</summary>
    public IReadOnlyList<ExportedMetric> Metrics => [.. _requests.Where(request => IsOf(request.Path, "metrics")).SelectMany(request => ExportedMetric.In(request.Message))];

    /// <summary>The paths that were called.</summary>
    public IReadOnlySet<string> Paths => _requests.Select(request => request.Path).ToHashSet(StringComparer.Ordinal);

    /// <summary>The headers that came, as <c>name: value</c>.</summary>
    public IReadOnlyCollection<string> Headers => _headers;

    /// <summary>Everything that came, headers and bytes, as text to be searched.</summary>
    public IEnumerable<string> Payloads => _requests.Select(request => Encoding.UTF8.GetString(request.Message)).Concat(_headers);

    /// <summary>Starts one on a free port.</summary>
    public static async Task<OtlpReceiver> StartAsync(CancellationToken cancellation, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var receiver = new OtlpReceiver(protocols);
        await receiver._app.StartAsync(cancellation);
        return receiver;
    }

    /// <summary>Waits for a span.</summary>
    /// <param name="what">The span, as it should read in the failure.</param>
    public async Task<ExportedSpan> WaitForSpanAsync(string what, Func<ExportedSpan, bool> matches, CancellationToken cancellation)
    {
        try
        {
            return await Eventually.FindAsync($"{what} arrives", () => Task.FromResult(Spans.FirstOrDefault(matches)), cancellation: cancellation);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} These came: {string.Join(", ", Spans.Select(span => $"{span.Name} of {span.TraceId}"))}", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static bool IsOf(string path, string signal) => path.Contains($"/{signal}", StringComparison.Ordinal) || path.Contains($".{signal}.", StringComparison.Ordinal);

    private async Task ReceiveAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var isGrpc = context.Request.ContentType == GrpcContent;
        if (Status == StatusCodes.Status200OK)
        {
            _requests.Enqueue((context.Request.Path, isGrpc ? body.ToArray()[GrpcPrefix..] : body.ToArray()));
            foreach (var header in context.Request.Headers)
            {
                _headers.Enqueue($"{header.Key}: {header.Value}");
            }
        }

        context.Response.StatusCode = Status;
        context.Response.ContentType = context.Request.ContentType;
        if (isGrpc)
        {
            context.Response.AppendTrailer("grpc-status", "0");
            await context.Response.Body.WriteAsync(new byte[GrpcPrefix], context.RequestAborted);
        }
    }
}

using Microsoft.Extensions.Options;

namespace ProxyShim.Lifetime;

/// <summary>
/// The first part of an end: the shim says that it is not ready any more, and goes on serving callers, until none has called for a moment. Each answer
/// ends its connection.
/// </summary>
/// <remarks>
/// A balancer needs a moment to look elsewhere. And a connection that is closed between two requests may be closed while the second one is on its way, which a
/// client must not send again by itself, since it creates something (https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2).
/// </remarks>
internal sealed class Drain(IHostApplicationLifetime lifetime, FatalExit exit, IOptions<HostOptions> host, TimeProvider time)
    : IMiddleware, IHostedLifecycleService
{
    /// <summary>So long without a request, and the listener closes.</summary>
    public static readonly TimeSpan QuietPeriod = TimeSpan.FromSeconds(1);

    // The other half is for what is in flight then, and for the background work.
    private readonly TimeSpan _maxDrain = host.Value.ShutdownTimeout / 2;

    private bool _requestSeen;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            Volatile.Write(ref _requestSeen, true);

            // As late as can be: the stage that answers may clear the headers first.
            context.Response.OnStarting(static response =>
            {
                ((HttpResponse)response).Headers.Connection = "close";
                return Task.CompletedTask;
            }, context.Response);
        }

        return next(context);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before anything is stopped.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (exit.Reason is not null)
        {
            // It must not serve anybody.
            return;
        }

        using var limit = new CancellationTokenSource(_maxDrain, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        do
        {
            Volatile.Write(ref _requestSeen, false);
            await Task.Delay(QuietPeriod, time, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        while (Volatile.Read(ref _requestSeen) && !ended.IsCancellationRequested);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

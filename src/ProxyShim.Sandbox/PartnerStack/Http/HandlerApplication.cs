using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace ProxyShim.Sandbox.PartnerStack.Http;

/// <summary>One handler and no host: a test starts many of these, and Kestrel alone starts in a fraction of the time.</summary>
internal sealed class HandlerApplication(Func<Exchange, Task> handler) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var connection = context.Features.GetRequiredFeature<SimulatedConnection>();
        try
        {
            await handler(new(context, connection.Tap.Take(), connection));
        }
        finally
        {
            if (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                connection.Tap.Resume();
            }
        }
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }
}

namespace ProxyShim.Http;

/// <summary>How stages are put in the way of each request.</summary>
internal static class Stages
{
    /// <summary>Puts a stage there. It is looked up once: <c>UseMiddleware</c> would do so at every request, and open a scope for it.</summary>
    public static IApplicationBuilder UseStage<TStage>(this IApplicationBuilder app)
        where TStage : IMiddleware
    {
        var stage = app.ApplicationServices.GetRequiredService<TStage>();
        return app.Use(next => context => stage.InvokeAsync(context, next));
    }
}

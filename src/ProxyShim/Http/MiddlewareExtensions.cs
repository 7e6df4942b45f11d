namespace ProxyShim.Http;

/// <summary>How middleware is put in the way of each request.</summary>
internal static class MiddlewareExtensions
{
    /// <summary>Adds a middleware that is a singleton. It is looked up once: <c>UseMiddleware</c> would do so at every request, and open a scope for it.</summary>
    public static IApplicationBuilder UseSingleton<TMiddleware>(this IApplicationBuilder app)
        where TMiddleware : IMiddleware
    {
        var middleware = app.ApplicationServices.GetRequiredService<TMiddleware>();
        return app.Use(next => context => middleware.InvokeAsync(context, next));
    }
}

namespace ProxyShim.Http;

/// <summary>How middleware is put in the way of each request.</summary>
internal static class MiddlewareExtensions
{
    /// <summary>
    /// Adds a middleware that is a singleton. It is resolved once: <c>UseMiddleware</c> would ask for it at every request
    /// (https://github.com/dotnet/aspnetcore/blob/main/src/Http/Http.Abstractions/src/Extensions/UseMiddlewareExtensions.cs).
    /// </summary>
    public static IApplicationBuilder UseSingleton<TMiddleware>(this IApplicationBuilder app)
        where TMiddleware : IMiddleware
    {
        var middleware = app.ApplicationServices.GetRequiredService<TMiddleware>();
        return app.Use(next => context => middleware.InvokeAsync(context, next));
    }
}

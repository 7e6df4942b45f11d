using System.Text.Json.Serialization.Metadata;

namespace ProxyShim.Management.Admin;

/// <summary>Writes answers of the admin API; none is ever kept by a cache.</summary>
internal static class AdminReply
{
    public static Task FailAsync(HttpContext context, int status, string error) =>
        WriteAsync(context, new AdminError(error), AdminJson.Default.AdminError, status);

    public static Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        Begin(context, status);
        return context.Response.WriteAsJsonAsync(answer, type, cancellationToken: context.RequestAborted);
    }

    /// <summary>Everything but the body.</summary>
    public static void Begin(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
    }
}

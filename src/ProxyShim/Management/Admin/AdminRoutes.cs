using ProxyShim.Redis;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Management.Admin;

/// <summary>Maps what only the bearer of a management token may call.</summary>
internal sealed class AdminRoutes(IEndpointRouteBuilder endpoints, AdminTokens tokens, WrongTokens wrong, ShimMetrics metrics)
{
    private const string Scheme = "Bearer ";

    /// <param name="handle">Gets the request and the token that opened it. What is not read may be changed by no read-only token.</param>
    public void Map(string method, string pattern, Func<HttpContext, ManagementToken, Task> handle) => endpoints.MapMethods(pattern, [method], async context =>
    {
        if (await OpenAsync(context, isChange: method != HttpMethods.Get) is not { } token)
        {
            return;
        }

        try
        {
            await handle(context, token);
        }
        catch (RedisUnavailableException)
        {
            await AdminReply.FailAsync(context, StatusCodes.Status503ServiceUnavailable, "Redis is unavailable; look again before you repeat it.");
        }
    });

    private async ValueTask<ManagementToken?> OpenAsync(HttpContext context, bool isChange)
    {
        if (!tokens.IsOn)
        {
            return await RefuseAsync(context, null, "The admin API is off; set Management:Token to switch it on.");
        }

        var authorization = context.Request.Headers.Authorization.ToString();
        var presented = authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : "";
        if (presented.Length == 0)
        {
            return await RefuseAsync(context, null, "Send the bearer token of Management:Token.");
        }

        var address = context.Connection.RemoteIpAddress;
        if (!wrong.MayTry(address))
        {
            context.Response.Headers.RetryAfter = "1";
            return await RefuseAsync(
                context, ManagementRefusal.Slowed, "Many wrong tokens came from this address, so it has five tries a second; wait a second.",
                StatusCodes.Status429TooManyRequests);
        }

        if (tokens.Find(presented) is not { } token)
        {
            wrong.Add(address);
            return await RefuseAsync(context, ManagementRefusal.WrongToken, "That is not the token of Management:Token.");
        }

        return token.ReadOnly && isChange
            ? await RefuseAsync(context, ManagementRefusal.ReadOnly, "This token may only read; use one that may change things.",
                StatusCodes.Status403Forbidden)
            : token;
    }

    private async ValueTask<ManagementToken?> RefuseAsync(
        HttpContext context, string? counted, string error, int status = StatusCodes.Status401Unauthorized)
    {
        if (counted is not null)
        {
            metrics.ManagementRefused(counted);
        }

        if (status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        await AdminReply.FailAsync(context, status, error);
        return null;
    }
}

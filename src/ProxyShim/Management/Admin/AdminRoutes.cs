using System.Security.Cryptography;
using System.Text;
using ProxyShim.Redis;
using ProxyShim.Settings;

namespace ProxyShim.Management.Admin;

/// <summary>Maps what only the bearer of the management token may call.</summary>
internal sealed class AdminRoutes(IEndpointRouteBuilder endpoints, Secret? token)
{
    private const string Scheme = "Bearer ";

    private readonly byte[]? _expected = token?.RevealUtf8();

    public void Map(string method, string pattern, RequestDelegate handle) => endpoints.MapMethods(pattern, [method], async context =>
    {
        if (RefusalOf(context) is { } refusal)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await AdminReply.FailAsync(context, StatusCodes.Status401Unauthorized, refusal);
            return;
        }

        try
        {
            await handle(context);
        }
        catch (RedisUnavailableException)
        {
            await AdminReply.FailAsync(context, StatusCodes.Status503ServiceUnavailable, "Redis is unavailable; look again before you repeat it.");
        }
    });

    private string? RefusalOf(HttpContext context)
    {
        if (_expected is null)
        {
            return "The admin API is off; set Management:Token to switch it on.";
        }

        var authorization = context.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return "Send the bearer token of Management:Token.";
        }

        return CryptographicOperations.FixedTimeEquals(_expected, Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()))
            ? null
            : "That is not the token of Management:Token.";
    }
}

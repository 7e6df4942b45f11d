using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using ProxyShim.Clicks;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Limits;
using ProxyShim.Redis;
using ProxyShim.Telemetry.Metrics;

namespace ProxyShim.Capture;

/// <summary><c>POST /clicks</c>: a page, or a back-end, reports a click and whose it is. Nothing can be read back, and nothing of what was said is repeated.</summary>
/// <remarks>
/// The body is JSON whatever its label says: a browser sends <c>text/plain</c> to another origin without asking first
/// (https://fetch.spec.whatwg.org/#cors-safelisted-request-header),
/// and there is no time to ask while a page is being left. So the origin is judged here, and not by the browser.
/// </remarks>
internal sealed class ClickReports(
    CaptureSettings settings, ClickWriter writer, RequestLimits limits, ClickRefusals refusals, CaptureWatch watch, ShimMetrics metrics, TimeProvider time)
{
    public const string Path = "/clicks";

    private const string Scheme = "Bearer ";

    // A browser need not ask again for two hours; Chromium remembers no longer
    // (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Max-Age).
    private const string PreflightLife = "7200";

    private readonly AddressRates _rates = new(settings.RateLimit, time);
    private readonly byte[]? _token = settings.Token?.RevealUtf8();

    /// <summary><c>OPTIONS</c>: what a page that labels its body <c>application/json</c> asks before.</summary>
    public Task PreflightAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        if (AllowOrigin(context) is not null)
        {
            headers.AccessControlAllowMethods = HttpMethods.Post;
            headers.AccessControlAllowHeaders = HeaderNames.ContentType;
            headers.AccessControlMaxAge = PreflightLife;
        }

        return Task.CompletedTask;
    }

    public async Task TakeAsync(HttpContext context)
    {
        var (origin, visitor, presented) = (AllowOrigin(context), Visitor.Of(context, settings.TrustedProxies), TokenOf(context));
        if (visitor.IsHidden)
        {
            watch.SawHidden();
        }

        var isBackEnd = presented is not null && IsToken(presented);
        var way = isBackEnd || presented is not null ? ClickWay.BackEnd : ClickWay.Page;
        if (!isBackEnd && _rates.Count(visitor.Counted) is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await RefuseAsync(context, way, ClickResult.RateLimited, StatusCodes.Status429TooManyRequests, "Too many clicks come from this address; report it again later.");
        }
        else if (presented is not null && !isBackEnd)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await RefuseAsync(context, way, ClickResult.Token, StatusCodes.Status401Unauthorized, "That is not the token of Capture:Token.");
        }
        else if (!isBackEnd && origin is null)
        {
            await RefuseAsync(
                context, way, ClickResult.Origin, StatusCodes.Status403Forbidden, "Report clicks from a page of Capture:Origins, or with the bearer token of Capture:Token.");
        }
        else
        {
            await EnterAsync(context, way, isBackEnd ? null : new Uri(origin!), visitor);
        }
    }

    // As many at once as the process can hold, with the legacy requests.
    private async Task EnterAsync(HttpContext context, string way, Uri? page, Visitor visitor)
    {
        var bytes = Math.Min(context.Request.ContentLength ?? ClickForm.MaxLength, ClickForm.MaxLength);
        if (!limits.TryEnter(bytes, isKnown: page is null))
        {
            await ComeAgainAsync(context, way, ClickResult.Overloaded, "Too many requests at once; report it again.");
            return;
        }

        try
        {
            await ReadAsync(context, way, page, visitor);
        }
        catch (RedisUnavailableException)
        {
            await ComeAgainAsync(context, way, ClickResult.RedisDown, "The click could not be kept; report it again.");
        }
        finally
        {
            limits.Leave(bytes);
        }
    }

    /// <param name="page">The page's origin; null for a back-end.</param>
    private async Task ReadAsync(HttpContext context, string way, Uri? page, Visitor visitor)
    {
        if (await ClickBody.ReadAsync(context) is not { } body)
        {
            context.Response.Headers.Connection = "close";
            await RefuseAsync(context, way, ClickResult.TooLarge, StatusCodes.Status413PayloadTooLarge, $"A click has at most {ClickForm.MaxLength} bytes.");
        }
        else if (ClickForm.Read(body, time.GetUtcNow(), out var problem) is not { } reported)
        {
            await RefuseAsync(context, way, problem!.Reason, StatusCodes.Status422UnprocessableEntity, problem.Write);
        }
        else if (await writer.WriteAsync(page is null ? reported : Seen(reported, context, page, visitor)) is var outcome && outcome != ClickWriteOutcome.NoKey)
        {
            metrics.ClicksReported(way, outcome.Result());
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            await RefuseAsync(
                context, way, ClickResult.NoKey, StatusCodes.Status422UnprocessableEntity,
                "Who the customer is fills no template of Clicks:Keys; write customer_key, email, email_sha256 or provider_key, whichever a template needs.");
        }
    }

    // What the browser shows of itself counts, and not what a page says of it.
    private static ReportedClick Seen(ReportedClick reported, HttpContext context, Uri page, Visitor visitor)
    {
        var browser = context.Request.Headers.UserAgent.ToString();
        return reported with
        {
            Click = reported.Click with
            {
                Origin = page.Authority,
                IpAddress = visitor.Address?.ToString(),
                UserAgent = browser.Length <= ClickForm.MaxUserAgent ? browser : null,
            },
        };
    }

    private string? AllowOrigin(HttpContext context)
    {
        context.Response.Headers.Vary = HeaderNames.Origin;
        var given = context.Request.Headers.Origin.ToString();
        var origin = settings.Origins.FirstOrDefault(known => known == given);
        context.Response.Headers.AccessControlAllowOrigin = origin;
        return origin;
    }

    private static string? TokenOf(HttpContext context) =>
        context.Request.Headers.Authorization.ToString() is { Length: > 0 } given
            ? given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? given[Scheme.Length..].Trim() : ""
            : null;

    private bool IsToken(string presented) => _token is not null && CryptographicOperations.FixedTimeEquals(_token, System.Text.Encoding.UTF8.GetBytes(presented));

    private Task ComeAgainAsync(HttpContext context, string way, string reason, string message)
    {
        context.Response.Headers.RetryAfter = ShimAnswer.RetryAfterSeconds;
        return RefuseAsync(context, way, reason, StatusCodes.Status503ServiceUnavailable, message);
    }

    private Task RefuseAsync(HttpContext context, string way, string reason, int status, string message)
    {
        refusals.Add(way, reason);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var body = JsonSerializer.SerializeToUtf8Bytes(new ErrorEnvelope(message, status), AnswerJson.Default.ErrorEnvelope);
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}

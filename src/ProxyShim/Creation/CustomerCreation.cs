using System.Runtime.CompilerServices;
using ProxyShim.Clicks;
using ProxyShim.CustomerApi;
using ProxyShim.Customers;
using ProxyShim.Http;
using ProxyShim.Primitives;
using ProxyShim.Telemetry;

namespace ProxyShim.Creation;

/// <summary>Receives a call that creates a customer and answers it. What it cannot or must not convert goes on, untouched, to the passthrough.</summary>
internal sealed class CustomerCreation(CreationFlow flow, ClickSettings clicks, TimeProvider time) : IMiddleware
{
    // By which some frameworks take a POST for another method, ASP.NET Core for one
    // (https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.builder.httpmethodoverrideextensions).
    private static readonly string[] s_overrides = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var record = RequestRecord.Of(context);
        var method = context.Request.Method;
        var path = RawTarget.PathOf(record.Target);
        if (CustomerApiVersion.TryMatch(method, path, out var version))
        {
            return CreateAsync(context, next, version, record);
        }

        record.Reason ??= CustomerApiVersion.OddityOf(method, path);
        return next(context);
    }

    private async Task CreateAsync(HttpContext context, RequestDelegate next, CustomerApiVersion version, RequestRecord record)
    {
        var request = await TryReadRequestAsync(context, version, record);
        try
        {
            var answer = request is null ? CreationAnswer.Forward.Instance : await flow.RunAsync(request, version, record, context, context.RequestAborted);
            if (answer is CreationAnswer.Forward)
            {
                await next(context);
            }
            else
            {
                await ShimAnswer.WriteAsync(context, answer);
            }
        }
        finally
        {
            RequestBody.Discard(context.Request);
        }
    }

    // Not Any: its lambda would be made for each call.
    private static bool IsOverridden(IHeaderDictionary headers)
    {
        foreach (var name in s_overrides)
        {
            if (headers[name] is [{ } method, ..] && method != HttpMethods.Post)
            {
                return true;
            }
        }

        return false;
    }

    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private async ValueTask<CustomerRequest?> TryReadRequestAsync(HttpContext context, CustomerApiVersion version, RequestRecord record)
    {
        record.Reason = record.Caller is null ? Reasons.UnknownCaller
            : record.Target.Contains('?', StringComparison.Ordinal) ? Reasons.QueryString
            : IsOverridden(context.Request.Headers) ? Reasons.UnusualMethod
            : null;
        if (record.Reason is not null)
        {
            return null;
        }

        (var body, record.Reason) = await RequestBody.PeekAsync(context.Request, time, context.RequestAborted);
        if (body is null)
        {
            return null;
        }

        // The body decides, not its label: an app in production has one that the Customer API takes, whatever it is.
        var label = context.Request.ContentType;
        if (!ContentTypes.IsReadAsUtf8(label, body.Value.Span))
        {
            record.Reason = Reasons.ContentType;
            return null;
        }

        var request = CustomerRequestReader.Read(body.Value, version, out var reason);
        record.Reason = reason is Reasons.MalformedJson && !ContentTypes.IsJson(label) ? Reasons.ContentType : reason;
        return request is null || clicks.FromRequest.Count == 0 ? request : RequestClick.Take(request, body.Value, clicks.FromRequest);
    }
}

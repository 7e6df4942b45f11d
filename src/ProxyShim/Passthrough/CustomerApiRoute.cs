using System.Net;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Net.Http.Headers;
using ProxyShim.CustomerApi;
using ProxyShim.Http;
using ProxyShim.Telemetry;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace ProxyShim.Passthrough;

/// <summary>The YARP route that takes every call which is not converted to the Customer API, byte for byte.</summary>
internal static class CustomerApiRoute
{
    private const string Cluster = "customer-api";

    public static IServiceCollection AddPassthrough(this IServiceCollection services, CustomerApiSettings settings, OutboundSettings outbound)
    {
        var origin = settings.Address.ToString().TrimEnd('/');

        services.AddSingleton<IDataProtectionProvider, NoDataProtection>();
        services.AddReverseProxy()
            .LoadFromMemory(
                [new RouteConfig { RouteId = Cluster, ClusterId = Cluster, Match = new RouteMatch { Path = "/{**path}" } }],
                [
                    new ClusterConfig
                    {
                        ClusterId = Cluster,
                        Destinations = new Dictionary<string, DestinationConfig> { [Cluster] = new() { Address = origin } },

                        // An HTTP/2 connection that its server ends in good order (GOAWAY, https://www.rfc-editor.org/rfc/rfc9113#section-6.8) takes calls with
                        // it, whose bodies cannot be sent again.
                        HttpRequest = new ForwarderRequestConfig
                        {
                            Version = HttpVersion.Version11,
                            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
                            ActivityTimeout = settings.Timeout,
                        },
                    },
                ])
            .AddTransforms(transforms =>
            {
                // The Customer API sees what the caller sent, and no trace of us.
                transforms.UseDefaultForwarders = false;
                transforms.AddRequestTransform(transform =>
                {
                    transform.ProxyRequest.RequestUri = RawTarget.On(origin, RequestRecord.Of(transform.HttpContext).Target);

                    // Hop-by-hop in effect: Kestrel has answered it, and the client would wait a second for a 100 that may never come
                    // (https://learn.microsoft.com/dotnet/api/system.net.http.socketshttphandler.expect100continuetimeout).
                    transform.ProxyRequest.Headers.ExpectContinue = null;

                    // An empty one would go on beside the Customer API's own.
                    transform.ProxyRequest.Headers.Remove(HeaderNames.Host);
                    WholeBody.Note(transform.HttpContext.Request, transform.ProxyRequest);
                    return ValueTask.CompletedTask;
                });
                transforms.AddResponseTransform(async transform =>
                {
                    if (transform.ProxyResponse is { } response)
                    {
                        if (response.Headers.NonValidated.TryGetValues(HeaderNames.Connection, out var connection))
                        {
                            HopByHop.Remove(connection.ToString(), transform.HttpContext.Response.Headers);
                        }

                        // Who looks at the answers sees those without a body, too: a deletion's may be one.
                        var isBodiless = BodilessAnswers.Mend(transform.HttpContext);
                        transform.SuppressResponseBody = (transform.HttpContext.Features.Get<IForwardedAnswerFilter>() is { } filter
                            && !await filter.AcceptAsync(transform.HttpContext, response)) || isBodiless;
                    }
                });
            });

        // It would make keys at start all the same, and write them into the home directory
        // (https://learn.microsoft.com/aspnet/core/security/data-protection/configuration/default-settings). The native binary does not even have it
        // (Trimming.xml).
        foreach (var keys in services.Where(service =>
            service.ServiceType == typeof(IHostedService) && service.ImplementationType is { Namespace: "Microsoft.AspNetCore.DataProtection.Internal" }).ToArray())
        {
            services.Remove(keys);
        }

        // Header values are bytes to us; as Latin-1 every byte goes through, as UTF-8 (Kestrel's default,
        // https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.server.kestrel.core.kestrelserveroptions.requestheaderencodingselector) some are refused
        // and some cannot be sent on.
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        });
        return services
            .AddSingleton<IForwarderHttpClientFactory>(provider =>
                new CustomerApiClients(outbound, provider.GetRequiredService<ILogger<ForwarderHttpClientFactory>>()))
            .AddSingleton<PassthroughRecorder>();
    }

    /// <summary>Ends the pipeline.</summary>
    public static void UsePassthrough(this WebApplication app)
    {
        app.UseRouting();

        // YARP brings it along; without an explicit call ASP.NET Core inserts it before our middleware
        // (https://learn.microsoft.com/aspnet/core/fundamentals/minimal-apis/middleware).
        app.UseAuthorization();
        app.MapReverseProxy(pipeline => pipeline.UseSingleton<PassthroughRecorder>());
    }
}

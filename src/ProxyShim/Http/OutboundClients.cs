using System.Net;
using System.Text;

namespace ProxyShim.Http;

/// <summary>Makes the HTTP clients of the shim; they differ in nothing but their owner.</summary>
internal sealed class OutboundClients(OutboundSettings settings)
{
    // A new address in DNS is seen within this time (https://learn.microsoft.com/dotnet/fundamentals/networking/http/httpclient-guidelines#dns-behavior).
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(5);

    public SocketsHttpHandler CreateHandler() => Configure(new SocketsHttpHandler());

    /// <summary>Handler settings for proxying: no redirects, cookies or decompression, and no header is added.</summary>
    public SocketsHttpHandler Configure(SocketsHttpHandler handler)
    {
        handler.UseProxy = settings.UseSystemProxy;
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;
        handler.AutomaticDecompression = DecompressionMethods.None;
        handler.ActivityHeadersPropagator = null;

        // Byte for byte: see the legacy listener's.
        handler.RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
        handler.ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
        handler.PooledConnectionIdleTimeout = settings.IdleTimeout;
        handler.PooledConnectionLifetime = s_lifetime;
        handler.EnableMultipleHttp2Connections = true;
        return handler;
    }
}

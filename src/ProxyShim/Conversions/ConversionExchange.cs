using Microsoft.AspNetCore.Http.Features;

namespace ProxyShim.Conversions;

/// <summary>What YARP forwards for one attempt: a POST of the composed body, and nothing else.</summary>
/// <remarks>
/// To YARP it has no body, and gets it on the way from YARP to the connection. YARP's own way sends the headers, and then copies the body
/// (https://github.com/dotnet/yarp/blob/main/src/ReverseProxy/Forwarder/StreamCopyHttpContent.cs): two packets, of
/// which each costs more than all that the shim does to compose them; and it lets no other code give the request a body.
/// </remarks>
internal sealed class ConversionExchange : HttpMessageHandler
{
    private readonly HttpMessageInvoker _connections;
    private ReadOnlyMemory<byte> _body;

    /// <param name="connections">Where it goes; shared by all.</param>
    public ConversionExchange(HttpMessageInvoker connections)
    {
        _connections = connections;
        Client = new HttpMessageInvoker(this, disposeHandler: false);
        var features = new FeatureCollection(4);
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = HttpMethods.Post, Protocol = HttpProtocol.Http11 });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set(this);
        Context = new DefaultHttpContext(features);
        Context.Request.ContentLength = 0;
    }

    /// <summary>What YARP is given.</summary>
    public HttpContext Context { get; }

    /// <summary>What YARP sends it by.</summary>
    public HttpMessageInvoker Client { get; }

    /// <summary>Whether a connection has asked for the body.</summary>
    public bool BytesWentOut { get; set; }

    /// <summary>What came back; null while, or because, nothing has.</summary>
    public ConversionAnswer? Answer { get; set; }

    public static ConversionExchange Of(HttpContext context) => context.Features.GetRequiredFeature<ConversionExchange>();

    /// <summary>Begins an attempt.</summary>
    public void SetBody(ReadOnlyMemory<byte> body) => (_body, BytesWentOut) = (body, false);

    /// <summary>
    /// Forgets the attempt. YARP has written its status into the response, and refuses to send beside one
    /// (https://github.com/dotnet/yarp/blob/main/src/ReverseProxy/Forwarder/HttpForwarder.cs, <c>NotProxying</c>).
    /// </summary>
    public void Reset()
    {
        Answer = null;
        Context.Response.Clear();
        SetBody(default);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Content = new ConversionContent(this, _body);
        return _connections.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        Client.Dispose();
        base.Dispose(disposing);
    }
}

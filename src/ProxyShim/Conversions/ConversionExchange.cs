using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.ObjectPool;

namespace ProxyShim.Conversions;

/// <summary>The request that YARP forwards for one attempt: a POST of the composed body, and nothing else.</summary>
internal sealed class ConversionExchange : IResettable
{
    public ConversionExchange()
    {
        var features = new FeatureCollection(4);
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = HttpMethods.Post, Protocol = HttpProtocol.Http11, Body = new OutgoingBody() });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        features.Set(this);
        Context = new DefaultHttpContext(features);
    }

    public HttpContext Context { get; }

    /// <summary>Whether a connection has asked for the body.</summary>
    public bool BytesWentOut => Body.WasRead;

    /// <summary>What came back; null while, or because, nothing has.</summary>
    public ConversionAnswer? Answer { get; set; }

    private OutgoingBody Body => (OutgoingBody)Context.Request.Body;

    public static ConversionExchange Of(HttpContext context) => context.Features.GetRequiredFeature<ConversionExchange>();

    /// <summary>Begins an attempt.</summary>
    public void Begin(ReadOnlyMemory<byte> body)
    {
        Body.Begin(body);
        Context.Request.ContentLength = body.Length;
    }

    /// <summary>Forgets the attempt. YARP has written its status into the response, and would not send again beside one.</summary>
    public bool TryReset()
    {
        Answer = null;
        Context.Response.Clear();
        Body.Begin(default);
        return true;
    }
}

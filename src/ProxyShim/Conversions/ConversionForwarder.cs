using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.ObjectPool;
using ProxyShim.Http;
using ProxyShim.Primitives;
using ProxyShim.Telemetry.Tracing;
using Yarp.ReverseProxy.Forwarder;

namespace ProxyShim.Conversions;

/// <summary>One attempt: hands a conversion to the Conversion API through YARP's forwarder and says how it ended.</summary>
/// <remarks>
/// Each attempt has an exchange of its own (<see cref="ConversionExchange"/>), never the legacy caller's: so nothing of the caller's request can reach
/// the Conversion API, nothing of an attempt can reach the caller's response, and a background job is sent in exactly the same way.
/// </remarks>
internal sealed class ConversionForwarder : HttpTransformer, IDisposable
{
    private const string Path = "/conversion/xid";

    // Enough for a message; a longer answer to a refusal is cut.
    private const int MaxMessageBytes = 8 * 1024;

    private readonly ObjectPool<ConversionExchange> _exchanges;
    private readonly IHttpForwarder _forwarder;
    private readonly ForwarderRequestConfig _config;
    private readonly HttpMessageInvoker _client;
    private readonly string _prefix;
    private readonly Uri _uri;
    private readonly string? _token;
    private readonly string? _authorization;
    private readonly TimeProvider _time;

    public ConversionForwarder(IHttpForwarder forwarder, OutboundClients clients, ConversionApiSettings settings, TimeProvider time)
    {
        _forwarder = forwarder;
        _client = new HttpMessageInvoker(clients.CreateHandler());
        _exchanges = Pools.Create(() => new ConversionExchange(_client), static exchange => exchange.Reset());
        _prefix = settings.Address.ToString().TrimEnd('/');
        _uri = new Uri(_prefix + Path);
        _token = settings.Token?.Reveal();
        _authorization = _token is null ? null : $"Bearer {_token}";
        _time = time;

        // The attempt's own timeout ends it; YARP's (https://github.com/dotnet/yarp/blob/main/src/ReverseProxy/Forwarder/HttpForwarder.cs, DefaultTimeout)
        // would only be one more timer.
        _config = new ForwarderRequestConfig { ActivityTimeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Where it goes.</summary>
    public Uri Endpoint => _uri;

    /// <summary>Sends once. A cancelled <paramref name="cancellationToken"/> ends the attempt; how far it had come decides the meaning.</summary>
    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    public async ValueTask<ConversionAnswer> SendAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var exchange = _exchanges.Get();
        exchange.SetBody(body);
        var error = await _forwarder.SendAsync(exchange.Context, _prefix, exchange.Client, _config, this, cancellationToken);
        if (exchange.Answer is { } answer)
        {
            // Used again only after an attempt that ended well: of any other a connection may still hold the body.
            if (error == ForwarderError.None)
            {
                _exchanges.Return(exchange);
            }

            return answer.Message is null ? answer : answer with { Said = RefusalText.Of(answer.Message, body) };
        }

        return new ConversionAnswer(ResponseClassifier.ClassifyFailure(exchange.BytesWentOut), Error: error.ToString());
    }

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        proxyRequest.RequestUri = _uri;

        // As text, as it is sent: a value with a type of its own is put into words anew for each request.
        if (_authorization is not null)
        {
            proxyRequest.Headers.TryAddWithoutValidation("Authorization", _authorization);
        }

        TraceContext.Inject(proxyRequest);
        return ValueTask.CompletedTask;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is not null)
        {
            var status = (int)proxyResponse.StatusCode;
            var meaning = ResponseClassifier.Classify(status);

            // The status is the answer: it is recorded before anything that can still fail.
            var exchange = ConversionExchange.Of(httpContext);
            exchange.Answer = new ConversionAnswer(meaning, status, RetryAfter(proxyResponse.Headers.RetryAfter));
            if (meaning == AttemptResult.Refused)
            {
                exchange.Answer = exchange.Answer with { Message = await ReadMessageAsync(proxyResponse.Content, cancellationToken) };
            }
        }

        return false;
    }

    public void Dispose() => _client.Dispose();

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        var wait = RetryAfterHeader.WaitOf(header, _time);
        return wait > TimeSpan.Zero ? wait : null;
    }

    private async Task<string?> ReadMessageAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[MaxMessageBytes];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return MessageIn(buffer.AsMemory(0, length)) is { } message ? TokenEcho.Hide(message, _token, isCut: length == MaxMessageBytes) : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    // CONTRACT.md: {"message", "status"} or any text.
    internal static string? MessageIn(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(ByteOrderMark.Skip(body));
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
                    ? message.GetString()
                    : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return body.IsEmpty ? null : Encoding.UTF8.GetString(body.Span);
        }
    }
}

using System.Net.Http.Headers;
using ProxyShim.Conversions;
using ProxyShim.CustomerApi;
using ProxyShim.Http;
using ProxyShim.Ledger.Kept;
using ProxyShim.Primitives;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Background.Playing;

/// <summary>Sends a kept call to the Customer API, with the key pair of the caller who made it.</summary>
internal sealed class CallPlayer : IDisposable
{
    private readonly HttpClient _client;
    private readonly CustomerApiSettings _settings;
    private readonly string _origin;
    private readonly Dictionary<string, AuthenticationHeaderValue> _authorizations;
    private readonly CustomerApiReach _reach;
    private readonly TimeProvider _time;

    public CallPlayer(CustomerApiSettings settings, CustomerApiReach reach, OutboundClients clients, TimeProvider time)
    {
        _client = new HttpClient(clients.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        (_settings, _reach, _time) = (settings, reach, time);
        _origin = settings.Address.ToString().TrimEnd('/');
        _authorizations = settings.Callers.ToDictionary(
            static pair => pair.Name, static pair => pair.ToHeader(), StringComparer.Ordinal);
    }

    // A lease is longer.
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Whether a call that begins now ends within its lease. One of a process that was stopped in between (a paused container, a suspended host) must not begin: another worker may have
    /// played it by then, or have asked for its customer.
    /// </summary>
    /// <param name="before">Just before the lease began.</param>
    public bool IsInTime(Moment before, TimeSpan lease) => before.Elapsed(_time) <= lease - s_callTimeout;

    /// <summary>Whether the settings still have the caller's pair.</summary>
    public bool Knows(string caller) => _authorizations.ContainsKey(caller);

    /// <summary>Plays it once. Never throws for what the Customer API or the network does.</summary>
    public async Task<PlayResult> PlayAsync(KeptCall call)
    {
        using var request = new HttpRequestMessage(new HttpMethod(call.Method), RawTarget.On(_origin, call.Target))
        {
            Content = new ReadOnlyMemoryContent(call.Body),
        };
        request.Headers.Authorization = _authorizations[call.Caller];
        if (call.ContentType is { } label)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", label);
        }

        using var span = Spans.Forward(call.Method, call.Route, _settings.Address);
        TraceContext.Inject(request);
        using var late = new CancellationTokenSource(s_callTimeout, _time);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
            var status = (int)response.StatusCode;
            span.Answered(status);
            _reach.Answered();
            var retryAfter = RetryAfterHeader.WaitOf(response.Headers.RetryAfter, _time);
            return new PlayResult(MeaningOf(status), status, retryAfter);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            span.Failed(exception.GetType().FullName!);
            _reach.Failed(exception);
            return new PlayResult(NeverLeft(exception) ? AttemptResult.NotDelivered : AttemptResult.Ambiguous);
        }
    }

    public void Dispose() => _client.Dispose();

    // A 409 is the Customer API's own word about this very call: it was not played before.
    private static AttemptResult MeaningOf(int status) => status == StatusCodes.Status409Conflict ? AttemptResult.Refused : ResponseClassifier.Classify(status);

    // There was no connection to send it on.
    private static bool NeverLeft(Exception exception) => exception is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError,
    };
}

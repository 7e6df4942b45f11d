using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ProxyShim.Customers;
using ProxyShim.Http;
using ProxyShim.Primitives;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.CustomerApi;

/// <summary>Asks the Customer API for a customer, with the vendor's own key pair.</summary>
internal sealed class CustomerReader : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    // An app whose call waits for the answer may have a timeout of ten seconds for all of it.
    private static readonly TimeSpan s_awaitedTimeout = TimeSpan.FromSeconds(4);

    private static readonly string s_route = CustomerApiVersion.V2.Path + "/{key}";

    // A Customer object is some hundred bytes and the vendor's custom fields.
    private const int MaxAnswerBytes = 1024 * 1024;

    private readonly HttpClient _client;
    private readonly Uri _address;
    private readonly string _customers;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly CustomerApiReach _reach;
    private readonly TimeProvider _time;

    public CustomerReader(CustomerApiSettings settings, CustomerApiReach reach, OutboundClients clients, TimeProvider time)
    {
        _client = new HttpClient(clients.CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswerBytes };
        _address = settings.Address;
        _customers = settings.Address.ToString().TrimEnd('/') + CustomerApiVersion.V2.Path + "/";
        _authorization = settings.Vendor?.ToHeader();
        _reach = reach;
        _time = time;
    }

    /// <summary>Asks once. Never throws for what the Customer API or the network does.</summary>
    public async Task<ReadBack> ReadAsync(CustomerKey customerKey, CancellationToken cancellationToken) =>
        await AskAsync(customerKey, s_timeout, cancellationToken) is { } answer
            ? Judge(answer.Status, answer.Body, customerKey) with { Status = (int)answer.Status, RetryAfter = answer.RetryAfter }
            : new ReadBack(ReadBackResult.Unknown);

    /// <summary>Asks once which customer has this key of PartnerStack's own, for a caller who waits. Never throws for what the Customer API or the network does.</summary>
    /// <returns>As <see cref="OwnKey.OwnerIn"/>; null too where nothing told it.</returns>
    public async Task<CustomerKey?> FindOwnerAsync(CustomerKey ownKey) =>
        await AskAsync(ownKey, s_awaitedTimeout, CancellationToken.None) is { Status: HttpStatusCode.OK } answer
            ? OwnKey.OwnerIn(answer.Body, CustomerApiVersion.V2, ownKey)
            : null;

    public void Dispose() => _client.Dispose();

    internal static ReadBack Judge(HttpStatusCode status, byte[] body, CustomerKey customerKey)
    {
        try
        {
            using var document = JsonDocument.Parse(ByteOrderMark.Skip(body));
            return (document.RootElement, status) switch
            {
                ({ ValueKind: JsonValueKind.Object } root, HttpStatusCode.OK) => Found(root, customerKey),
                ({ ValueKind: JsonValueKind.Object } root, HttpStatusCode.NotFound) when IsEnvelope(root) => new ReadBack(ReadBackResult.Absent),
                _ => new ReadBack(ReadBackResult.Unknown),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A page of some proxy's, say.
            return new ReadBack(ReadBackResult.Unknown);
        }
    }

    // Null when no answer came.
    private async Task<(HttpStatusCode Status, byte[] Body, TimeSpan? RetryAfter)?> AskAsync(CustomerKey identifier, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, RawTarget.On(_customers, Uri.EscapeDataString(identifier.Value)));
        request.Headers.Authorization = _authorization;
        using var span = Spans.Read(s_route, _address);
        TraceContext.Inject(request);

        // Not the client's own timeout, which knows no TimeProvider.
        using var late = new CancellationTokenSource(timeout, _time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            using var response = await _client.SendAsync(request, ended.Token);
            span.Answered((int)response.StatusCode);
            _reach.Answered();
            var body = await response.Content.ReadAsByteArrayAsync(ended.Token);
            return (response.StatusCode, body, RetryAfterHeader.WaitOf(response.Headers.RetryAfter, _time));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            span.Failed(exception.GetType().FullName!);
            _reach.Failed(exception);
            return null;
        }
    }

    // CONTRACT.md: {"message": "...", "status": 404}. A gateway's or a router's 404 looks otherwise.
    private static bool IsEnvelope(JsonElement root) =>
        root.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
        && root.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Number
        && status.TryGetInt32(out var number) && number == (int)HttpStatusCode.NotFound;

    private static ReadBack Found(JsonElement root, CustomerKey customerKey)
    {
        if (!root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object
            || !data.TryGetProperty("customer_key", out var key) || key.ValueKind != JsonValueKind.String || key.GetString() != customerKey.Value)
        {
            return new ReadBack(ReadBackResult.Unknown);
        }

        return new ReadBack(
            ReadBackResult.Found,
            CreatedAt: data.TryGetProperty("created_at", out var created) && created.ValueKind == JsonValueKind.Number && created.TryGetInt64(out var milliseconds)
                && Math.Abs(milliseconds) < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                    ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                    : null,
            Test: data.TryGetProperty("test", out var test) && test.ValueKind is JsonValueKind.True or JsonValueKind.False ? test.GetBoolean() : null);
    }
}

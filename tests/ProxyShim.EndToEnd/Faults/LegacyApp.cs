using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>A legacy app: creates customers through the shim's replicas in turn, and tries again on a 5xx or a broken connection until it is answered.</summary>
internal sealed class LegacyApp : IDisposable
{
    /// <summary>The pair it presents; the simulated account knows it.</summary>
    public static readonly KeyPair Pair = new("pk_sandbox", "sk_sandbox");

    /// <summary>By which its own calls are told from the shim's.</summary>
    public const string UserAgent = "legacy-app";

    // Longer than the shim ever lets a caller wait; a hung connection ends here.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    // A client's own pause between tries; not a wait for anything.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    // What the shim answers itself when it converts, or will if the click comes (DESIGN.md); what falls back is answered by the Customer API.
    private static readonly string[] s_converts = ["converted", "queued", "held"];

    // Far more than any fault lasts: a customer who is not answered by then fails the row.
    private const int MostTries = 600;

    private readonly IReadOnlyList<Uri> _addresses;
    private readonly HttpClient _client = new() { Timeout = s_timeout };
    private readonly ConcurrentDictionary<string, AppReply> _replies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _converted = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly List<(long Count, TaskCompletionSource Reached)> _milestones = [];
    private long _ended;
    private int _turn;

    /// <param name="shims">The legacy addresses of the replicas.</param>
    public LegacyApp(IEnumerable<Uri> shims)
    {
        _client.DefaultRequestHeaders.UserAgent.ParseAdd(UserAgent);
        _addresses = [.. shims.Select(shim => new Uri(shim, "/api/v2/customers"))];
        _client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Pair.PublicKey}:{Pair.SecretKey}")));
    }

    /// <summary>How each customer was answered in the end; the first acknowledgement counts.</summary>
    public IReadOnlyDictionary<string, AppReply> Replies => _replies;

    /// <summary>Called whenever a customer is acknowledged, the repeats' included.</summary>
    public Action<string>? Acknowledged { get; set; }

    /// <summary>A customer by number.</summary>
    public static string Customer(int number) => Canaries.Plant(string.Create(CultureInfo.InvariantCulture, $"{Canaries.Marker}-{number}"));

    /// <summary>Creates customers, several at once, each until it is answered.</summary>
    public Task CreateAsync(IEnumerable<string> customers, int concurrency, CancellationToken cancellation)
        => Parallel.ForEachAsync(
            customers,
            new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellation },
            async (customer, token) => await CreateAsync(customer, token));

    /// <summary>Creates one customer; tries until it is answered.</summary>
    /// <exception cref="TimeoutException">It never was.</exception>
    /// <exception cref="InvalidDataException">It was acknowledged, and refused when it was created again.</exception>
    public async Task<AppReply> CreateAsync(string customer, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            if (await TryAsync(customer, cancellation) is { } reply)
            {
                if (reply is AppReply.Acknowledged)
                {
                    Acknowledged?.Invoke(customer);
                }

                return _replies.AddOrUpdate(customer, reply, (_, before) => (before, reply) switch
                {
                    (AppReply.Acknowledged, AppReply.Refused) => throw new InvalidDataException($"{customer} was acknowledged, and refused when it was created again."),
                    (AppReply.Acknowledged, _) => before,
                    _ => reply,
                });
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellation);
        }

        throw new TimeoutException($"{customer} was not answered in {MostTries} tries.");
    }

    /// <summary>Creates customers, one after the other, until the shim converts one of them again.</summary>
    /// <exception cref="InvalidOperationException">It converted none of them.</exception>
    public async Task AwaitConversionsAsync(IEnumerable<string> customers, CancellationToken cancellation)
    {
        foreach (var customer in customers)
        {
            await CreateAsync(customer, cancellation);
            if (_converted.ContainsKey(customer))
            {
                return;
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellation);
        }

        throw new InvalidOperationException("The fault is over, and the shim still leaves everything to the Customer API.");
    }

    /// <summary>Calls once, for a test that wants the whole answer.</summary>
    public Task<HttpResponseMessage> PostAsync(string customer, CancellationToken cancellation)
        => _client.PostAsync(Next(), Body(customer), cancellation);

    /// <summary>Ends when so many more calls have ended.</summary>
    public Task AfterAsync(int calls)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (calls == 0)
            {
                reached.SetResult();
            }
            else
            {
                _milestones.Add((_ended + calls, reached));
            }

            return reached.Task;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>What it sends of a customer.</summary>
    public static string BodyOf(string customer) => new JsonObject
    {
        ["customer_key"] = customer,
        ["email"] = Canaries.EmailOf(customer),
        ["partner_key"] = "partner",
        ["name"] = $"Customer {customer}",
        ["meta"] = new JsonObject { ["plan"] = Canaries.Marker },
    }.ToJsonString();

    private static StringContent Body(string customer) => new(BodyOf(customer), Encoding.UTF8, "application/json");

    private Uri Next() => _addresses[(int)((uint)Interlocked.Increment(ref _turn) % _addresses.Count)];

    /// <returns>Null when there was no answer, or one that asks to try again.</returns>
    private async Task<AppReply?> TryAsync(string customer, CancellationToken cancellation)
    {
        try
        {
            using var response = await PostAsync(customer, cancellation);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            if (response.Headers.TryGetValues("X-ProxyShim-Outcome", out var outcomes) && s_converts.Contains(outcomes.First()))
            {
                _converted[customer] = true;
            }

            return response.StatusCode switch
            {
                >= HttpStatusCode.InternalServerError => null,
                HttpStatusCode.Conflict => AppReply.Known,
                >= HttpStatusCode.BadRequest => AppReply.Refused,
                _ => IsAcknowledged(customer, body) ? AppReply.Acknowledged : throw new InvalidDataException($"{customer} was answered {response.StatusCode} with another customer, or none."),
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
        finally
        {
            CountEnded();
        }
    }

    private static bool IsAcknowledged(string customer, byte[] body)
        => JsonElement.Parse(body).GetProperty("data").GetProperty("customer_key").GetString() == customer;

    private void CountEnded()
    {
        lock (_gate)
        {
            _ended++;
            foreach (var (_, reached) in _milestones.Where(milestone => milestone.Count <= _ended))
            {
                reached.TrySetResult();
            }

            _milestones.RemoveAll(milestone => milestone.Count <= _ended);
        }
    }
}

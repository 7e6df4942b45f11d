using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A shim between a legacy app (the test) and a simulated PartnerStack, with its part of the run's Redis.</summary>
public sealed class Stand : IAsyncDisposable
{
    /// <summary>The key pair that may convert.</summary>
    public const string PublicKey = "pk_vendor";

    /// <inheritdoc cref="PublicKey"/>
    public const string SecretKey = "sk_vendor";

    /// <summary>The tracking token.</summary>
    public const string Token = "tok_vendor";

    /// <summary>What a body has besides, unless a test says otherwise.</summary>
    public const string PersonalData = $$"""
        "name":"Ann {{Canaries.Marker}}","meta":{"plan":"{{Canaries.Marker}}"}
        """;

    /// <summary>A pair that the Customer API knows and the shim does not.</summary>
    public static readonly AuthenticationHeaderValue Stranger = Basic("pk_stranger", "sk_stranger");

    private static readonly string[] s_personalHeaders = ["X-Customer", "Cookie", "tracestate", "baggage"];

    private readonly HttpClient _client = new();

    private readonly Dictionary<string, string> _settings;

    private Stand(SimulatedPartnerStack partnerStack, RedisScope redis, ShimProcess shim, Dictionary<string, string> settings)
    {
        (PartnerStack, Redis, Shim, _settings) = (partnerStack, redis, shim, settings);
        _client.BaseAddress = shim.Address;
    }

    /// <summary>Both APIs.</summary>
    public SimulatedPartnerStack PartnerStack { get; }

    /// <summary>The shim's keys and clicks.</summary>
    public RedisScope Redis { get; }

    /// <summary>The shim.</summary>
    public ShimProcess Shim { get; }

    /// <summary>What the shim of these settings must not tell.</summary>
    public OutputCheck Check => new(_settings);

    /// <summary>The conversions that arrived.</summary>
    public IReadOnlyList<RecordedConversion> Conversions => PartnerStack.Conversions;

    /// <summary>The calls that the Customer API got.</summary>
    public IReadOnlyList<RecordedCall> Forwarded => [.. PartnerStack.Calls.Where(call => call.Kind == ApiKind.CustomerApi)];

    /// <summary>HTTP Basic.</summary>
    public static AuthenticationHeaderValue Basic(string publicKey, string secretKey)
        => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{publicKey}:{secretKey}")));

    /// <summary>A key that no other test uses: one conversion counts per key, for ever.</summary>
    public static string NewKey() => Canaries.NewKey();

    /// <summary>A v2 body that converts if there is a click; <paramref name="more"/> are further members, such as <c>"name":"Ann"</c>.</summary>
    public static string Body(string customerKey, string more = PersonalData)
        => $$"""{"customer_key":"{{customerKey}}","email":"{{Canaries.EmailOf(customerKey)}}","partner_key":"partner"{{(more.Length > 0 ? "," + more : "")}}}""";

    /// <summary>Starts everything.</summary>
    /// <param name="settings">Settings by their names; a null value takes one of the usual ones away.</param>
    public static async Task<Stand> StartAsync(TestRedis redis, CancellationToken cancellation, params (string Key, string? Value)[] settings)
    {
        var options = new SimulatedPartnerStackOptions
        {
            KeyPairs = [new(PublicKey, SecretKey), new("pk_stranger", "sk_stranger"), new("pk_crm", "sk_crm")],
            ConversionToken = Token,
        };
        var scope = await redis.OpenAsync();
        var partnerStack = await SimulatedPartnerStack.StartAsync(options, cancellation);
        try
        {
            var all = All(partnerStack, scope, settings);
            var stand = new Stand(partnerStack, scope, await ShimProcess.StartAsync(all, cancellation), all);
            if (!settings.Any(setting => setting.Key == "Redis:ConnectionString"))
            {
                await stand.WaitForRedisAsync(cancellation);
            }

            await stand.PlantAsync(cancellation);

            return stand;
        }
        catch
        {
            await partnerStack.DisposeAsync();
            await scope.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the shim has found its Redis, which it does not wait for itself.</summary>
    public async Task WaitForRedisAsync(CancellationToken cancellation)
    {
        await Eventually.IsTrueAsync(
            "the shim has found its Redis",
            async () => (await EventOfAsync(await PostAsync(Body(NewKey()), cancellation), cancellation)).GetProperty("Reason").GetString() != "redis_down",
            cancellation: cancellation);
        Reset();
    }

    /// <summary>What <c>/healthz/ready</c> says is degraded.</summary>
    public async Task<IReadOnlyList<JsonElement>> DegradedAsync(CancellationToken cancellation) =>
        [.. JsonElement.Parse(await _client.GetStringAsync(new Uri(Shim.Management, "/healthz/ready"), cancellation)).GetProperty("degraded").EnumerateArray()];

    /// <summary>Forgets all calls, conversions, customers and faults.</summary>
    public void Reset() => PartnerStack.Reset();

    /// <summary>Puts a click where the default template finds it, and returns the customer's new key.</summary>
    /// <param name="click">A bare xid or JSON.</param>
    public async Task<string> NewCustomerAsync(string click = "xid-1")
    {
        var key = NewKey();
        await Redis.Database.StringSetAsync(Redis.Key($"click:{key}"), click);
        return key;
    }

    /// <summary>Posts a customer as a usual client would.</summary>
    public Task<LegacyAnswer> PostAsync(
        string body, CancellationToken cancellation, string path = "/api/v2/customers", AuthenticationHeaderValue? authorization = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = authorization ?? Basic(PublicKey, SecretKey);
        return CallAsync(request, cancellation);
    }

    /// <summary>Makes a call whose trace the log names; its headers hold personal data.</summary>
    /// <param name="sampled">Whether the caller records its trace.</param>
    public async Task<LegacyAnswer> CallAsync(HttpRequestMessage request, CancellationToken cancellation, bool sampled = true)
    {
        using var owned = request;
        foreach (var header in s_personalHeaders)
        {
            request.Headers.TryAddWithoutValidation(header, Canaries.Marker);
        }

        var (traceId, spanId) = (RandomNumberGenerator.GetHexString(32, lowercase: true), RandomNumberGenerator.GetHexString(16, lowercase: true));
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{traceId}-{spanId}-{(sampled ? "01" : "00")}");
        using var answer = await _client.SendAsync(request, cancellation);
        return new LegacyAnswer(
            (int)answer.StatusCode,
            answer.Content.Headers.ContentType?.ToString(),
            answer.Headers.TryGetValues("X-ProxyShim-Outcome", out var outcome) ? outcome.Single() : null,
            answer.Headers.RetryAfter?.ToString(),
            await answer.Content.ReadAsStringAsync(cancellation),
            traceId,
            spanId);
    }

    /// <summary>Runs the same program once more with the same settings, to its end.</summary>
    /// <param name="words">The command line, such as <c>dead-letters list</c>, which speaks to the shim of this stand; none serves.</param>
    /// <param name="more">Variables that this run has besides.</param>
    public async Task<(int ExitCode, string Output, string Errors)> RunProgramAsync(
        string[] words, CancellationToken cancellation, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>(_settings);
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        if (words.Length > 0)
        {
            settings["Management:Url"] = Shim.ManagementUrl;
        }

        await using var program = await ShimProcess.LaunchAsync(settings, words);
        var exitCode = await program.WaitForExitAsync(cancellation);
        return (exitCode, string.Join('\n', program.Output), string.Join('\n', program.Errors));
    }

    /// <summary>The shim's settings with others besides, for a second shim.</summary>
    public IReadOnlyDictionary<string, string> SettingsWith(params ReadOnlySpan<(string Key, string Value)> others)
    {
        var settings = new Dictionary<string, string>(_settings);
        foreach (var (key, value) in others)
        {
            settings[key] = value;
        }

        return settings;
    }

    /// <summary>The log's one event of a call.</summary>
    public Task<JsonElement> EventOfAsync(LegacyAnswer answer, CancellationToken cancellation) => Shim.WaitForLogAsync(
        "the call is in the log",
        line => line.TryGetProperty("Event", out var name) && name.GetString() == "RequestHandled" && line.GetProperty("TraceId").GetString() == answer.TraceId,
        cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Shim.DisposeAsync();
        await PartnerStack.DisposeAsync();
        await Redis.DisposeAsync();
    }

    // What no test may find in the program's output is in URLs, bodies and an upstream's errors too, whatever the test itself does.
    private async Task PlantAsync(CancellationToken cancellation)
    {
        PartnerStack.CustomerApi.EnqueueFaults(
            Fault.Status(502, $"{{\"message\":\"{Canaries.EmailOf(NewKey())}\"}}"), Fault.Status(400, Canaries.EmailOf(NewKey())), Fault.ResetBeforeBody);
        await PostAsync(Body(NewKey()), cancellation);
        await PostAsync($"{{\"email\":\"{Canaries.EmailOf(NewKey())}", cancellation, $"/api/v2/customers?email={Canaries.EmailOf(NewKey())}");
        await CallAsync(new(HttpMethod.Get, $"/api/v2/{NewKey()}/{Canaries.EmailOf(NewKey())}"), cancellation);
        Reset();
    }

    private static Dictionary<string, string> All(SimulatedPartnerStack partnerStack, RedisScope redis, (string Key, string? Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["CustomerApi:Address"] = partnerStack.CustomerApiAddress.OriginalString,
            ["CustomerApi:PublicKey"] = PublicKey,
            ["CustomerApi:SecretKey"] = SecretKey,
            ["ConversionApi:Address"] = partnerStack.ConversionApiAddress.OriginalString,
            ["ConversionApi:Token"] = Token,
            ["Redis:ConnectionString"] = redis.ConnectionString,
            ["Redis:KeyPrefix"] = redis.KeyPrefix,
            ["Privacy:PseudonymKey"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),

            // A machine that is busy with tests shall not look like a Redis that hangs; without a linker, this is the managed build besides,
            // whose first call of each kind has code to compile.
            ["Redis:Timeout"] = "00:00:05",
            ["Clicks:Keys:0"] = redis.Key("click:{customer_key}"),
        };
        foreach (var (key, value) in settings)
        {
            if (value is null)
            {
                all.Remove(key);
            }
            else
            {
                all[key] = value;
            }
        }

        return all;
    }
}

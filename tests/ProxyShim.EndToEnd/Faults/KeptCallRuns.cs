using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>
/// Customers who sign up, pay, change and pay again before PartnerStack shows them, at two replicas, fault by fault.
/// </summary>
public sealed class KeptCallRuns : IAsyncDisposable
{
    internal const int CallsEach = 3;

    private const int Customers = 12;
    private const int AtOnceForEachCore = 3;

    // Everybody has signed up and called by then; whoever is looked for before the lag is over is taken for a phantom.
    private static readonly TimeSpan s_lag = TimeSpan.FromSeconds(6);

    private static readonly Dictionary<string, string> s_settings = new()
    {
        ["Verification:Grace"] = "00:00:08",
        ["Delivery:Schedule:0"] = "00:00:00.300",
        ["Redis:Timeout"] = "00:00:02",
    };

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    // Time enough for a fault to come and go before PartnerStack shows anybody: a look at the ledger that fails says nothing of who waits, and what is forwarded then
    // overtakes it.
    private static readonly TimeSpan s_lagWhileKeeping = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, string> s_settingsWhileKeeping = new(s_settings) { ["Verification:Grace"] = "00:00:32" };

    private static readonly Dictionary<string, Func<Scenario, ConcurrentDictionary<string, bool>, CancellationToken, Task>> s_faults = new()
    {
        ["none"] = static (_, _, _) => Task.CompletedTask,
        ["a replica is killed (-9) while it plays"] = static async (scenario, _, cancellation) =>
        {
            await WhilePlayingAsync(scenario, cancellation);
            await scenario.Replicas[1].KillAsync();
            await scenario.Replicas[1].StartAsync(cancellation);
        },
        ["Redis is killed and restarted while calls are played"] = static async (scenario, _, cancellation) =>
        {
            await WhilePlayingAsync(scenario, cancellation);
            await scenario.Redis.KillAsync();
            await scenario.Redis.RestartAsync(cancellation);
        },
        ["the Customer API refuses connections while calls are played"] = static async (scenario, _, cancellation) =>
        {
            await WhilePlayingAsync(scenario, cancellation);
            scenario.PartnerStack.CustomerApi.SetFault(Fault.Refuse);
            using var client = new HttpClient();
            await Eventually.IsTrueAsync(
                "a replica has met it",
                async () => (await client.GetStringAsync(new Uri(scenario.Replicas[0].Management, "/healthz/ready"), cancellation)).Contains("customer_api", StringComparison.Ordinal)
                    || (await client.GetStringAsync(new Uri(scenario.Replicas[1].Management, "/healthz/ready"), cancellation)).Contains("customer_api", StringComparison.Ordinal),
                cancellation: cancellation);
            scenario.PartnerStack.CustomerApi.ClearFaults();
        },
        ["every call is reset once, landed"] = static (scenario, _, _) => OnceEach(scenario, Fault.ResetAfterBody(landed: true)),
        ["every call is reset once, not landed"] = static (scenario, _, _) => OnceEach(scenario, Fault.ResetAfterBody(landed: false)),
        ["every call is told 429 with Retry-After once"] = static (scenario, _, _) => OnceEach(scenario, Fault.Status(429, headers: ("Retry-After", "1"))),
        ["every second call is refused"] = static (scenario, _, _) =>
        {
            scenario.PartnerStack.CustomerApi.SetFaultRule(static call => call.BodyText.Contains("\"number\":2", StringComparison.Ordinal) ? Fault.Status(400) : null);
            return Task.CompletedTask;
        },
        ["half of the customers are erased before they are shown"] = static async (scenario, erased, cancellation) =>
        {
            using var client = NewClient();
            for (var customer = 0; customer < Customers; customer += 2)
            {
                var key = LegacyApp.Customer(customer);
                using var answer = await client.DeleteAsync(new Uri(scenario.Replicas[0].Address, $"/api/v2/customers/{key}"), cancellation);
                erased[key] = true;
            }
        },
    };

    // Faults that are there before anybody signs up.
    private static readonly Dictionary<string, Action<Scenario>> s_earlier = new()
    {
        ["the first 200 of each customer creates nothing (a phantom)"] = static scenario =>
        {
            var met = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
            scenario.PartnerStack.ConversionApi.SetFaultRule(call => met.TryAdd(call.BodyText, true) ? Fault.Phantom : null);
        },
    };

    // Faults that strike when the first calls have been kept, and last until apps have met them. Until each app was told that its calls are taken it comes again, long
    // before PartnerStack shows anybody.
    private static readonly Dictionary<string, (Func<RedisServer, Task> StrikeAsync, Func<RedisServer, CancellationToken, Task> LiftAsync)> s_whileKeeping = new()
    {
        ["Redis is paused (SIGSTOP) while calls are kept"] = (static redis => Do(redis.Pause), static (redis, _) => Do(redis.Resume)),
        ["Redis is killed and restarted while calls are kept"] = (static redis => redis.KillAsync(), static (redis, cancellation) => redis.RestartAsync(cancellation)),
    };

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly Lazy<SideBySide<KeptCallResult>> _results;

    /// <summary>The faults by name.</summary>
    internal static IReadOnlyList<string> Rows { get; } = [.. s_faults.Keys, .. s_earlier.Keys, .. s_whileKeeping.Keys];

    /// <summary>Plays nothing yet: that is for the first test that finds what it needs.</summary>
    public KeptCallRuns() => _results = new(() => new(Rows, AtOnceForEachCore, fault => PlayAsync(fault, _cancellation)));

    /// <summary>What was counted under a fault.</summary>
    internal Task<KeptCallResult> ResultOfAsync(string fault) => _results.Value.ResultOfAsync(fault);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_results.IsValueCreated)
        {
            await _results.Value.EndAsync();
        }
    }

    private static async Task<KeptCallResult> PlayAsync(string fault, CancellationToken cancellation)
    {
        var strikesKeeping = s_whileKeeping.TryGetValue(fault, out var keeping);
        await using var scenario = await Scenario.StartAsync(2, keyPair: true, strikesKeeping ? s_settingsWhileKeeping : s_settings, [], cancellation);
        scenario.PartnerStack.Lag = strikesKeeping ? s_lagWhileKeeping : s_lag;
        var customers = Enumerable.Range(0, Customers).Select(LegacyApp.Customer).ToArray();
        await using (var clicks = await scenario.OpenLedgerAsync(cancellation))
        {
            await clicks.WriteClicksAsync(customers);
        }

        if (s_earlier.TryGetValue(fault, out var begin))
        {
            begin(scenario);
        }

        var strike = strikesKeeping ? new Strike() : null;
        var striking = strike is null ? Task.CompletedTask : StrikeKeepingAsync(strike);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Customers), new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = cancellation },
            async (customer, token) => await SignUpAndCallAsync(scenario, customer, strike, token));
        await striking;
        var erased = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        if (s_faults.TryGetValue(fault, out var strikeAsync))
        {
            await strikeAsync(scenario, erased, cancellation);
        }

        await using var ledger = await scenario.OpenLedgerAsync(cancellation);
        await ledger.DrainCallsAsync(cancellation);
        var (dead, done) = (await ledger.DeadCallsAsync(), scenario.PartnerStack.FollowUps.ToLookup(call => call.CustomerKey, call => NumberOf(call.BodyText)));
        return new(
            [.. customers.Select(key => new KeptCallOutcome(erased.ContainsKey(key), [.. done[key]], [.. dead[LedgerView.IdOf(key)]]))],
            [.. dead.Select(customer => customer.Key).Order()],
            [.. (await ledger.CallsAsync()).Order()]);

        async Task StrikeKeepingAsync(Strike strike)
        {
            await Eventually.IsTrueAsync(
                "calls are being kept",
                () => Task.FromResult(scenario.Replicas.Any(static replica => replica.Output.Any(static line => line.Contains("CallKept", StringComparison.Ordinal)))),
                cancellation: cancellation);
            await keeping.StrikeAsync(scenario.Redis);
            strike.HasBegun.SetResult();
            await Eventually.IsTrueAsync("apps have met it", () => Task.FromResult(strike.Refusals > Customers), cancellation: cancellation);
            await keeping.LiftAsync(scenario.Redis, cancellation);
        }
    }

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static Task WhilePlayingAsync(Scenario scenario, CancellationToken cancellation) =>
        scenario.PartnerStack.WaitUntilAsync(static stack => stack.FollowUps.Count > 0, TimeSpan.FromMinutes(1), cancellation);

    // Reads are left alone: what is asked is what becomes of the calls.
    private static Task OnceEach(Scenario scenario, Fault fault)
    {
        var met = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        scenario.PartnerStack.CustomerApi.SetFaultRule(call => call.Method != "GET" && met.TryAdd(call.Target + call.BodyText, true) ? fault : null);
        return Task.CompletedTask;
    }

    // A payment, a change, a payment.
    private static async Task SignUpAndCallAsync(Scenario scenario, int customer, Strike? strike, CancellationToken cancellation)
    {
        var key = LegacyApp.Customer(customer);
        Assert.Equal(AppReply.Acknowledged, await scenario.App.CreateAsync(key, cancellation));
        using var client = NewClient();
        for (var number = 1; number <= CallsEach; number++)
        {
            if (strike is null)
            {
                Assert.Equal("kept", await CallAsync(number));
                continue;
            }

            if (number > 1)
            {
                // Else a quick app would be through before it.
                await strike.HasBegun.Task.WaitAsync(s_limit, TimeProvider.System, cancellation);
            }

            await Eventually.IsTrueAsync(
                "the call is taken",
                async () =>
                {
                    var isKept = await CallAsync(number) == "kept";
                    strike.Note(isKept);
                    return isKept;
                },
                cancellation: cancellation);
        }

        async Task<string> CallAsync(int number)
        {
            // Each at another replica.
            var shim = scenario.Replicas[number % 2].Address;
            using var request = number == 2
                ? new HttpRequestMessage(HttpMethod.Patch, new Uri(shim, $"/api/v2/customers/{key}"))
                : new HttpRequestMessage(HttpMethod.Post, new Uri(shim, "/api/v2/transactions"));
            request.Content = new StringContent(
                string.Create(CultureInfo.InvariantCulture, $"{{\"customer_key\":\"{key}\",\"meta\":{{\"number\":{number}}}}}"), Encoding.UTF8, "application/json");
            using var answer = await client.SendAsync(request, cancellation);
            return answer.Headers.TryGetValues("X-ProxyShim-Outcome", out var outcome) ? outcome.Single() : $"{answer.StatusCode}";
        }
    }

    private static int NumberOf(string body) => JsonElement.Parse(body).GetProperty("meta").GetProperty("number").GetInt32();

    private static HttpClient NewClient()
    {
        var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{LegacyApp.Pair.PublicKey}:{LegacyApp.Pair.SecretKey}")));
        return client;
    }

    // Of a fault that comes while calls are kept.
    private sealed class Strike
    {
        private int _refusals;

        public TaskCompletionSource HasBegun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Refusals => Volatile.Read(ref _refusals);

        public void Note(bool isKept) => Interlocked.Add(ref _refusals, isKept ? 0 : 1);
    }
}

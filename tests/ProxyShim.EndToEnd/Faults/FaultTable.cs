using System.Collections.Concurrent;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;
using static System.Globalization.CultureInfo;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>Every fault that the promise of DESIGN.md has to outlive.</summary>
internal static class FaultTable
{
    private const string ConversionApi = "Conversion API";
    private const string CustomerApi = "Customer API";
    private const string Redis = "Redis";
    private const string Shim = "shim";

    private const string SentAgain = "landed unseen and was sent again, since nothing can be read back: PartnerStack counts one for each customer_key";

    // Conversions have to be in flight when a server or a process dies.
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(100);

    // An API that hangs is given up on soon, but not so soon that a machine that is busy with this suite looks like one.
    private static readonly Dictionary<string, string> s_impatient = new()
    {
        ["ConversionApi:AttemptTimeout"] = "00:00:05",
        ["ConversionApi:TotalTimeout"] = "00:00:06",
    };

    // Of calls, all of which wait until they give up.
    private const int OneWave = 10;

    private static readonly bool[] s_both = [true, false];

    // At this delay per key, and with a look at its clients every kilobyte, Redis loads for seconds and says LOADING meanwhile.
    private static readonly string[] s_slowLoading = ["key-load-delay 500", "loading-process-events-interval-bytes 1024"];

    private static readonly string[] s_whenRedisIsDown = ["Unavailable", "Fallback"];

    /// <summary>The rows, in the order of the table.</summary>
    public static IReadOnlyList<FaultRow> Rows { get; } = [.. ConversionApiRows(), .. CustomerApiRows(), .. RedisRows(), .. FailoverRows.All, .. ShimRows(), .. HoldRows.All];

    private static IEnumerable<FaultRow> ConversionApiRows() =>
        from row in ConversionApiFaults()
        from keyPair in s_both
        select row with { KeyPair = keyPair, Note = keyPair ? "" : row.Note };

    private static IEnumerable<FaultRow> ConversionApiFaults() =>
    [
        Answering("refuses connections", Fault.Refuse),
        Answering("resets before the body", Fault.ResetBeforeBody),
        Answering("resets after the body, not landed", Fault.ResetAfterBody(landed: false)),
        Answering("resets after the body, landed", Fault.ResetAfterBody(landed: true), SentAgain),
        Answering("hangs, not landed", Fault.Hang(landed: false)) with { Settings = s_impatient, Lasting = OneWave },
        Answering("hangs, landed", Fault.Hang(landed: true), SentAgain) with { Settings = s_impatient, Lasting = OneWave },
        Answering("drips its answer, landed", Fault.SlowDrip(TimeSpan.FromMilliseconds(40)), SentAgain) with { Settings = s_impatient, Lasting = OneWave },
        Answering("429 with Retry-After", Fault.Status(429, headers: ("Retry-After", "1"))),
        Answering("500", Fault.Status(500)),
        Answering("502, not landed", Fault.Status(502)),
        Answering("502, landed", Fault.Status(502, landed: true), SentAgain),
        Answering("503", Fault.Status(503)),
        Answering("504, landed", Fault.Status(504, landed: true), SentAgain),
        Answering("302", Fault.Status(302, headers: ("Location", "/login"))),
        Answering("403", Fault.Status(403)),
        Answering("409", Fault.Status(409)),
        Answering("400, OnRejected=Fallback", Fault.Status(400)),
        Answering("400, OnRejected=Return", Fault.Status(400)) with { Settings = new Dictionary<string, string> { ["Conversions:OnRejected"] = "Return" } },
        Answering("200 that creates nothing (a phantom)", Fault.Phantom, "PartnerStack said that it has them, and nobody can ask: this is what the key pair is for"),
        new()
        {
            Part = ConversionApi,
            Fault = "401 until the token is mended",
            KeyPair = false,
            ApplyAsync = static (scenario, cancellation) => RestartAsync(scenario, new() { ["ConversionApi:Token"] = "tok_revoked" }, cancellation),
            LiftAsync = static (scenario, cancellation) => RestartAsync(scenario, [], cancellation),
        },
        TimesOutThenRefuses(landed: false),
        TimesOutThenRefuses(landed: true),
    ];

    private static FaultRow Answering(string name, Fault fault, string note = "") => new()
    {
        Part = ConversionApi,
        Fault = name,
        KeyPair = false,
        Note = note,
        ApplyAsync = (scenario, _) => Do(() => scenario.PartnerStack.ConversionApi.SetFault(fault)),
        LiftAsync = static (scenario, _) => Do(scenario.PartnerStack.ConversionApi.ClearFaults),
    };

    // Whoever met the fault is refused ever after; whoever comes later is not.
    private static FaultRow TimesOutThenRefuses(bool landed) => new()
    {
        Part = ConversionApi,
        Fault = $"times out, {(landed ? "landed" : "not landed")}, and refuses (400) from then on",
        KeyPair = false,
        Settings = s_impatient,
        Lasting = OneWave,
        Note = landed ? "landed unseen, and the 400 that followed tells nothing: for a person to judge" : "",
        ApplyAsync = (scenario, _) =>
        {
            var seen = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
            scenario.PartnerStack.ConversionApi.SetFaultRule(call => seen.TryAdd(call.BodyText, true) ? Fault.Hang(landed) : Fault.Status(400));
            scenario.Lifting = () => scenario.PartnerStack.ConversionApi.SetFaultRule(call => seen.ContainsKey(call.BodyText) ? Fault.Status(400) : null);
            return Task.CompletedTask;
        },
        LiftAsync = static (scenario, _) => Do(scenario.Lifting),
    };

    // What landed unseen must not be sent again because nobody could tell.
    private static IEnumerable<FaultRow> CustomerApiRows() =>
    [
        Telling("503 to every read-back", Fault.Status(503)),
        Telling("hangs at every read-back", Fault.Hang(landed: false)),
        Telling("resets every read-back", Fault.ResetAfterBody(landed: false)),
        Telling("a gateway's own 404 to every read-back", Fault.Status(404, body: "<html>Not found</html>", headers: ("Content-Type", "text/html"))),
        Telling("401 to every read-back", Fault.Status(401)),
    ];

    private static FaultRow Telling(string name, Fault fault) => new()
    {
        Part = CustomerApi,
        Fault = $"{name}, after the Conversion API hung, landed",
        KeyPair = true,
        Settings = s_impatient,
        Lasting = OneWave,
        ApplyAsync = (scenario, _) => Do(() =>
        {
            scenario.PartnerStack.ConversionApi.SetFault(Fault.Hang(landed: true));
            scenario.PartnerStack.CustomerApi.SetFault(fault);
        }),
        LiftAsync = static async (scenario, cancellation) =>
        {
            scenario.PartnerStack.ConversionApi.ClearFaults();
            await scenario.PartnerStack.WaitUntilAsync(
                static partnerStack => partnerStack.Calls.Any(static call => call.Kind == ApiKind.CustomerApi), Eventually.DefaultLimit, cancellation);
            scenario.PartnerStack.CustomerApi.ClearFaults();
        },
    };

    private static IEnumerable<FaultRow> RedisRows() =>
        from row in RedisFaults()
        from down in s_whenRedisIsDown
        from keyPair in s_both
        select row with
        {
            Fault = $"{row.Fault}, OnRedisDown={down}",
            KeyPair = keyPair,
            Settings = new Dictionary<string, string> { ["Conversions:OnRedisDown"] = down },
        };

    private static IEnumerable<FaultRow> RedisFaults() =>
    [
        Failing("killed, down for a while", static (scenario, _) => scenario.Redis.KillAsync(), static (scenario, cancellation) => scenario.Redis.RestartAsync(cancellation)),
        Failing("paused (SIGSTOP)", static (scenario, _) => Do(scenario.Redis.Pause), static (scenario, _) => Do(scenario.Redis.Resume)),
        Failing("killed and at once restarted with nothing but its append-only file", RestartEmptyHandedAsync) with { Rounds = 3 },
        Failing("a read-only replica", static (scenario, cancellation) => scenario.Redis.ExecuteAsync(cancellation, "REPLICAOF", "127.0.0.1", Invariant($"{FreePort.Next()}")),
            static (scenario, cancellation) => scenario.Redis.ExecuteAsync(cancellation, "REPLICAOF", "NO", "ONE")),
        Failing("out of memory (OOM)", static (scenario, cancellation) => scenario.Redis.ExecuteAsync(cancellation, "CONFIG", "SET", "maxmemory", "1"),
            static (scenario, cancellation) => scenario.Redis.ExecuteAsync(cancellation, "CONFIG", "SET", "maxmemory", "0")),
        Failing("killed and restarted, LOADING", RestartLoadingAsync, static (scenario, _) => scenario.Restarting) with
        {
            RedisSettings = s_slowLoading,
            PrepareAsync = FillAsync,
            Rounds = 1,
        },
        Failing("SCRIPT FLUSH (NOSCRIPT)", static (scenario, cancellation) => scenario.Redis.ExecuteAsync(cancellation, "SCRIPT", "FLUSH")) with { Rounds = 4 },
    ];

    private static FaultRow Failing(string name, Func<Scenario, CancellationToken, Task> applyAsync, Func<Scenario, CancellationToken, Task>? liftAsync = null) =>
        FaultRow.OfRedis(Redis, name, s_pace, applyAsync, liftAsync ?? (static (_, _) => Task.CompletedTask));

    private static IEnumerable<FaultRow> ShimRows() =>
        from row in ShimFaults()
        from keyPair in s_both
        select row with { KeyPair = keyPair, Note = keyPair ? "" : row.Note };

    private static IEnumerable<FaultRow> ShimFaults() =>
    [
        Dying("kill -9 at random moments", 1, static (scenario, _) => scenario.Replicas[0].KillAsync(), static (scenario, cancellation) => scenario.Replicas[0].StartAsync(cancellation)),
        Dying("two replicas, one of them killed (-9) at random moments", 2, static (scenario, _) => scenario.Replicas[1].KillAsync(),
            static (scenario, cancellation) => scenario.Replicas[1].StartAsync(cancellation)),
        Dying("two replicas, one paused (SIGSTOP) until its leases have run out", 2, static (scenario, _) => Do(scenario.Replicas[1].Pause), ResumeWhenTakenOverAsync)
            with { Rounds = 1, Lasting = 50 },
        Dying("two replicas at once", 2, static (_, _) => Task.CompletedTask, static (_, _) => Task.CompletedTask) with { HolderDies = false, Note = "" },
        Dying("stopped (SIGTERM) under load and started again", 1, static (scenario, cancellation) => scenario.Replicas[0].StopAsync(cancellation),
            static (scenario, cancellation) => scenario.Replicas[0].StartAsync(cancellation)) with { HolderDies = false, Note = "" },
    ];

    private static FaultRow Dying(
        string name, int replicas, Func<Scenario, CancellationToken, Task> applyAsync, Func<Scenario, CancellationToken, Task> liftAsync) => new()
        {
            Part = Shim,
            Fault = name,
            KeyPair = false,
            Replicas = replicas,
            Rounds = 4,
            UnderLoad = true,
            Pace = s_pace,
            Lasting = 10,
            HolderDies = true,
            Note = "sent by one that died before it could write that down, and sent again, since nothing can be read back: PartnerStack counts one for each customer_key",
            ApplyAsync = applyAsync,
            LiftAsync = liftAsync,
        };

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static async Task RestartAsync(Scenario scenario, Dictionary<string, string> changes, CancellationToken cancellation)
    {
        await scenario.Replicas[0].StopAsync(cancellation);
        await scenario.Replicas[0].StartAsync(cancellation, changes);
    }

    private static async Task RestartEmptyHandedAsync(Scenario scenario, CancellationToken cancellation)
    {
        await scenario.Redis.KillAsync();
        foreach (var file in Directory.EnumerateFiles(scenario.Redis.DataFolder, "*.rdb"))
        {
            File.Delete(file);
        }

        await scenario.Redis.RestartAsync(cancellation);
    }

    private static async Task FillAsync(Scenario scenario, CancellationToken cancellation)
    {
        await scenario.Redis.ExecuteAsync(
            cancellation, "EVAL", "for i = 1, 4000 do redis.call('SET', 'filler:' .. i, string.rep('x', 64)) end", "0");
        await scenario.Redis.ExecuteAsync(cancellation, "BGREWRITEAOF");
        await Eventually.IsTrueAsync(
            "the append-only file is rewritten",
            async () => (await scenario.Redis.ExecuteAsync(cancellation, "INFO", "persistence")) is var state
                && state.Contains("aof_rewrite_in_progress:0", StringComparison.Ordinal)
                && state.Contains("aof_rewrite_scheduled:0", StringComparison.Ordinal),
            cancellation: cancellation);
    }

    private static async Task RestartLoadingAsync(Scenario scenario, CancellationToken cancellation)
    {
        await scenario.Redis.KillAsync();
        scenario.Restarting = scenario.Redis.RestartAsync(cancellation);
        await Eventually.IsTrueAsync("Redis says that it is loading", () => IsLoadingAsync(scenario, cancellation), cancellation: cancellation);
    }

    private static async Task<bool> IsLoadingAsync(Scenario scenario, CancellationToken cancellation)
    {
        try
        {
            return (await scenario.Redis.ExecuteAsync(cancellation, "PING")).StartsWith("LOADING", StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            // It does not even listen yet.
            return false;
        }
    }

    private static async Task ResumeWhenTakenOverAsync(Scenario scenario, CancellationToken cancellation)
    {
        await using var ledger = await scenario.OpenLedgerAsync(cancellation);
        await Eventually.IsTrueAsync("the other replica has taken over", ledger.HasNothingDueAsync, TimeSpan.FromMinutes(1), cancellation);
        scenario.Replicas[1].Resume();
    }

    private static string Invariant(FormattableString text) => text.ToString(InvariantCulture);
}

using System.Collections.Concurrent;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>The rows of <see cref="FaultTable"/> in which a customer's click is not there when the app calls, and the shim waits for it.</summary>
internal static class HoldRows
{
    // Conversions have to be in flight when a process dies.
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(100);

    /// <summary>The rows, in the order of the table.</summary>
    public static IReadOnlyList<FaultRow> All { get; } =
    [
        Late("two replicas") with { Replicas = 2 },
        Killed(Late("kill -9 at random moments") with { Pace = s_pace }),
        Late("two replicas, one of them killed (-9) at random moments") with
        {
            Replicas = 2,
            Rounds = 2,
            UnderLoad = true,
            Lasting = 10,
            Pace = s_pace,
            ApplyAsync = static (scenario, _) => scenario.Replicas[1].KillAsync(),
            LiftAsync = static (scenario, cancellation) => scenario.Replicas[1].StartAsync(cancellation),
        },
        Never("two replicas") with { Replicas = 2 },
        Killed(Never("kill -9 at random moments")),
        Never("the hand-over hangs, landed or not, and the shim is killed (-9) meanwhile") with { ApplyAsync = HangAsync, LiftAsync = KillHangingAsync },
        Refused("the hand-over is told 503", Fault.Status(503)),
        Refused("the hand-over is reset, landed", Fault.ResetAfterBody(landed: true)),
    ];

    // The click is waited for longer than any fault lasts.
    private static FaultRow Late(string fault) => Held($"the click comes a second after the call; {fault}", ClickTime.AfterTheCall, "00:01:00");

    private static FaultRow Never(string fault) => Held($"no click comes; {fault}", ClickTime.Never, "00:00:04");

    private static FaultRow Held(string fault, ClickTime click, string holdFor) => new()
    {
        Part = "hold",
        Fault = fault,
        KeyPair = true,
        Click = click,
        Settings = new Dictionary<string, string> { ["Conversions:OnMiss"] = "Hold", ["Conversions:HoldFor"] = holdFor },
        ApplyAsync = static (_, _) => Task.CompletedTask,
    };

    private static FaultRow Killed(FaultRow row) => row with
    {
        Rounds = 2,
        UnderLoad = true,
        Lasting = 10,
        ApplyAsync = static (scenario, _) => scenario.Replicas[0].KillAsync(),
        LiftAsync = static (scenario, cancellation) => scenario.Replicas[0].StartAsync(cancellation),
    };

    // The first time, for each customer.
    private static FaultRow Refused(string name, Fault fault) => Never(name) with
    {
        ApplyAsync = (scenario, _) =>
        {
            var met = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
            scenario.PartnerStack.CustomerApi.SetFaultRule(call => HandOver.Is(call) && met.TryAdd(call.BodyText, true) ? fault : null);
            return Task.CompletedTask;
        },
    };

    // Every second one lands.
    private static Task HangAsync(Scenario scenario, CancellationToken cancellation)
    {
        var met = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        scenario.PartnerStack.CustomerApi.SetFaultRule(call => HandOver.Is(call) && met.TryAdd(call.BodyText, true) ? Fault.Hang(landed: met.Count % 2 == 0) : null);
        return Task.CompletedTask;
    }

    private static async Task KillHangingAsync(Scenario scenario, CancellationToken cancellation)
    {
        await scenario.PartnerStack.WaitUntilAsync(
            static stack => stack.Calls.Count(static call => call.Fault?.Kind == FaultKind.Hang) > 1, Eventually.DefaultLimit, cancellation);
        await scenario.Replicas[0].KillAsync();
        scenario.PartnerStack.CustomerApi.ClearFaults();
        await scenario.Replicas[0].StartAsync(cancellation);
    }
}

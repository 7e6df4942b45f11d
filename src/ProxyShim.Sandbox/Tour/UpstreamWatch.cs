using System.Globalization;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Sandbox.Terminal;

namespace ProxyShim.Sandbox.Tour;

/// <summary>Shows each call to PartnerStack when it is over, so that one sees what a pasted call became and what the shim does in the background.</summary>
internal sealed class UpstreamWatch(SimulatedPartnerStack partnerStack, Screen screen)
{
    // Nothing happens in an idle sandbox; a wait that has lasted this long simply begins again.
    private static readonly TimeSpan s_oneWait = TimeSpan.FromHours(1);

    private readonly List<RecordedCall> _underWay = [];
    private int _seen = partnerStack.Calls.Count;

    /// <summary>Ends when the token is cancelled or the shim has ended.</summary>
    public async Task RunAsync(Task shimEnded, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var showing = ShowAsync(stop.Token);
        await Task.WhenAny(showing, shimEnded);
        await stop.CancelAsync();
        await showing;
    }

    private async Task ShowAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await partnerStack.WaitUntilAsync(_ => AnyNews(), s_oneWait, cancellationToken);
            }
            catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
            {
                continue;
            }

            // One look decides which are over; another may be by the next look.
            var over = _underWay.FindAll(static call => call.CompletedAt is not null);
            foreach (var call in over)
            {
                var time = call.ReceivedAt.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
                var body = call.Body.IsEmpty ? "" : $"  {call.BodyText}";
                screen.Line($"{time}  {ApiName.Of(call.Kind),-14} {call}{body}", call.Fault is null ? Tone.Plain : Tone.Warning);
                _underWay.Remove(call);
            }
        }
    }

    private bool AnyNews()
    {
        var calls = partnerStack.Calls;

        // Fewer than were seen: the account was reset over the control surface.
        _seen = Math.Min(_seen, calls.Count);
        _underWay.AddRange(calls.Skip(_seen));
        _seen = calls.Count;
        return _underWay.Exists(static call => call.CompletedAt is not null);
    }
}

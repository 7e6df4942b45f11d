using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.Sandbox;

/// <summary>Prints each call to PartnerStack when it is over, so that one sees what a pasted call became and what the shim does in the background.</summary>
internal sealed class UpstreamWatch(SimulatedPartnerStack partnerStack)
{
    // Nothing happens in an idle sandbox; a wait that has lasted this long simply begins again.
    private static readonly TimeSpan s_oneWait = TimeSpan.FromHours(1);

    private readonly List<RecordedCall> _underWay = [];
    private int _seen = partnerStack.Calls.Count;

    /// <summary>Ends when the token is cancelled or the shim has ended.</summary>
    public async Task RunAsync(Task shimEnded, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var printing = PrintAsync(stop.Token);
        await Task.WhenAny(printing, shimEnded);
        await stop.CancelAsync();
        await printing;
    }

    private async Task PrintAsync(CancellationToken cancellationToken)
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
                var body = call.Body.IsEmpty ? "" : $"  {call.BodyText}";
                Console.Out.WriteLine($"{call.ReceivedAt:HH:mm:ss}  {call.Kind,-13} {call}{body}");
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

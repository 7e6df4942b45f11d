using System.Globalization;
using ProxyShim.Sandbox.Shim;
using ProxyShim.Sandbox.Terminal;

namespace ProxyShim.Sandbox.Tour;

/// <summary>What the shim does with the tour's conversions after it has answered: delivers, reads back, sends again, gives up.</summary>
internal sealed class Background(RunningSandbox sandbox, Screen screen, Pause pause)
{
    // Beside the lag, which the phantom meets twice. A look at the ledger, a wait between attempts and a read-back take seconds.
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, string> _customers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private int _seen;

    /// <summary>Something will become of this request, unless the outcome says that it is over.</summary>
    public void Expect(string traceId, string? customerKey, string? outcome)
    {
        if (customerKey is not null && outcome is "converted" or "queued" or "held")
        {
            _customers[traceId] = customerKey!;
            _open.Add(traceId);
        }
    }

    /// <summary>Shows it as it happens, until every conversion has come to its end, a key is pressed or it takes too long.</summary>
    public async Task ShowAsync(CancellationToken cancellationToken)
    {
        screen.Line("── In the background: the shim delivers what was kept, and reads everybody back", Tone.Heading);
        using var limit = new CancellationTokenSource(s_timeout + (2 * sandbox.PartnerStack.Lag), TimeProvider.System);
        var over = Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, limit.Token);
        while (true)
        {
            var next = sandbox.Shim.Log.Next();
            ShowNews();
            if (_open.Count == 0 || pause.Key.IsCompleted || over.IsCompleted)
            {
                break;
            }

            await Task.WhenAny(next, pause.Key, over).WaitAsync(cancellationToken);
        }

        screen.Row("→", Summary(), _open.Count == 0 ? Tone.Good : Tone.Warning);
        screen.Line();
        pause.Taken();
    }

    private string Summary() => _open.Count == 0
        ? "Nobody was lost, nobody counted twice; who could not be delivered waits for a person."
        : $"Still under way: {string.Join(", ", _open.Select(trace => _customers[trace]))}. The console shows them.";

    private void ShowNews()
    {
        var events = sandbox.Shim.Log.Events;
        foreach (var said in events.Skip(_seen).Where(said => _customers.ContainsKey(said.TraceId)))
        {
            var customer = _customers[said.TraceId];
            if (Told(said, customer) is var (text, tone, isEnd))
            {
                screen.Line($"   {said.At.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {customer,-10} {text}", tone);
                if (isEnd)
                {
                    _open.Remove(said.TraceId);
                }
            }
        }

        _seen = events.Count;
    }

    private (string Text, Tone Tone, bool IsEnd)? Told(ShimEvent said, string customer) => said.Event switch
    {
        "ConversionSent" when !said.Inline => ("delivered: the Conversion API took it", Tone.Plain, false),
        "HoldEnded" when said.Result == "click_found" => ("the click has come: it is a conversion after all", Tone.Plain, false),
        "HoldEnded" => ($"no click has come: handed over. PartnerStack has {PartnerRecord.Of(sandbox.PartnerStack, customer)}", Tone.Plain, true),
        "ConversionPhantom" => ("a phantom: the read-back is answered with 404, so it is sent again", Tone.Warning, false),
        "ConversionVerified" => ($"verified: PartnerStack has {PartnerRecord.Of(sandbox.PartnerStack, customer)}", Tone.Good, true),
        "ConversionDead" => ($"a dead letter ({said.Reason}): it waits for a person to replay or discard it", Tone.Bad, true),
        _ => null,
    };
}

using System.Collections.Concurrent;
using ProxyShim.Sandbox.PartnerStack.Http;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>Everything that arrived, with counts that cost nothing to ask for. Safe for concurrent use.</summary>
internal sealed class CallRecorder(TimeProvider clock)
{
    private readonly AppendOnlyList<RecordedCall> _calls = new();
    private readonly AppendOnlyList<RecordedConversion> _conversions = new();
    private readonly ConcurrentDictionary<string, int> _arrived = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _accepted = new(StringComparer.Ordinal);

    public ChangeSignal Changed { get; } = new();

    public IReadOnlyList<RecordedCall> Calls => _calls.Snapshot();

    public IReadOnlyList<RecordedConversion> Conversions => _conversions.Snapshot();

    public IReadOnlyDictionary<string, int> Accepted => _accepted;

    public int ArrivedFor(string customerKey) => _arrived.GetValueOrDefault(customerKey);

    public int AcceptedFor(string customerKey) => _accepted.GetValueOrDefault(customerKey);

    public RecordedCall Begin(ApiKind kind, RawHead head)
    {
        var call = _calls.Add(number => new(number, kind, head, clock.GetUtcNow()));
        Changed.Raise();
        return call;
    }

    public void Add(RecordedCall call, ConversionFields fields, ConversionEffect effect)
    {
        _conversions.Add(number => new(number, call, fields.CustomerKey, fields.Xid, call.BodyText, effect, call.Fault));
        _arrived.AddOrUpdate(fields.CustomerKey, 1, static (_, count) => count + 1);
        if (effect is not ConversionEffect.None)
        {
            _accepted.AddOrUpdate(fields.CustomerKey, 1, static (_, count) => count + 1);
        }

        Changed.Raise();
    }

    public void End(RecordedCall call, bool completed)
    {
        call.SetDone(completed, clock.GetUtcNow());
        Changed.Raise();
    }

    public void Clear()
    {
        _calls.Clear();
        _conversions.Clear();
        _arrived.Clear();
        _accepted.Clear();
        Changed.Raise();
    }
}

using System.Text;
using ProxyShim.Sandbox.PartnerStack.Http;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>
/// One call as it came over the wire. It is in the list from the moment its headers have arrived, so that hung and reset calls are seen too;
/// the rest is filled in as it happens.
/// </summary>
public sealed class RecordedCall
{
    private byte[]? _body;
    private int _status;
    private long _completedAt;
    private volatile bool _bodyComplete;
    private volatile bool _completed;
    private volatile Fault? _fault;

    internal RecordedCall(int number, ApiKind kind, RawHead head, DateTimeOffset receivedAt)
    {
        Number = number;
        Kind = kind;
        Method = head.Method;
        Target = head.Target;
        Headers = head.Headers;
        ReceivedAt = receivedAt;
        (Path, Query) = RawTarget.Split(head.Target);
    }

    /// <summary>0 for the first call since the start or the last reset, over both APIs.</summary>
    public int Number { get; }

    /// <summary>The API that was called.</summary>
    public ApiKind Kind { get; }

    /// <summary>The method as it was sent.</summary>
    public string Method { get; }

    /// <summary>The raw request target, not decoded: <c>/api/v2/customers/a%2Fb?limit=1</c>.</summary>
    public string Target { get; }

    /// <summary>The path of <see cref="Target"/>, not decoded.</summary>
    public string Path { get; }

    /// <summary>The query of <see cref="Target"/> with its question mark, not decoded; empty when there is none.</summary>
    public string Query { get; }

    /// <summary>All header lines in the order and spelling they came in; each byte of a value is one character (Latin-1).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>When the headers had been read.</summary>
    public DateTimeOffset ReceivedAt { get; }

    /// <summary>The body's bytes without a transfer coding; what arrived of them when <see cref="BodyComplete"/> is false.</summary>
    public ReadOnlyMemory<byte> Body => Volatile.Read(ref _body);

    /// <summary><see cref="Body"/> read as UTF-8.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    /// <summary>Whether the body was read to its end.</summary>
    public bool BodyComplete => _bodyComplete;

    /// <summary>The fault this call met, if any.</summary>
    public Fault? Fault => _fault;

    /// <summary>The status of the answer, set just before it is written; null when there was none.</summary>
    public int? Status => Volatile.Read(ref _status) is var status and not 0 ? status : null;

    /// <summary>Whether the answer was written whole to a connection that still stood. Set just after, so wait for it rather than read it at once.</summary>
    public bool Completed => _completed;

    /// <summary>When the API was done with the call, whether it was answered, reset or abandoned; null while it is at it.</summary>
    public DateTimeOffset? CompletedAt => Volatile.Read(ref _completedAt) is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>The first header of this name (in any case), or null.</summary>
    public string? Header(string name) => Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>All values of this header (in any case), in order.</summary>
    public IEnumerable<string> HeaderValues(string name) =>
        Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value);

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Target} → {(Status is { } status ? status : "no answer")}{(Fault is { } fault ? $" ({fault})" : "")}";

    internal void SetBody(byte[] body, bool complete)
    {
        Volatile.Write(ref _body, body);
        _bodyComplete = complete;
    }

    internal void SetFault(Fault? fault) => _fault = fault;

    internal void SetStatus(int status) => Volatile.Write(ref _status, status);

    internal void SetDone(bool completed, DateTimeOffset at)
    {
        _completed = completed;
        Volatile.Write(ref _completedAt, at.UtcTicks);
    }
}

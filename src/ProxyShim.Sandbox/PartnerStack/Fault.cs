using System.Globalization;

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>
/// One way in which an API can fail. <c>landed</c> says whether the API still did what the call asked for (created the customer, accepted the
/// conversion) although the caller cannot see it.
/// </summary>
public sealed record Fault
{
    private Fault(FaultKind kind, bool landed = false)
    {
        Kind = kind;
        Landed = landed;
    }

    /// <summary>What happens.</summary>
    public FaultKind Kind { get; }

    /// <summary>Whether the call has its effect all the same.</summary>
    public bool Landed { get; }

    /// <summary>The wait of <see cref="Delay"/>; the pause between two bytes of <see cref="SlowDrip"/>.</summary>
    public TimeSpan Interval { get; private init; }

    /// <summary>The status of <see cref="Status"/>.</summary>
    public int StatusCode { get; private init; }

    /// <summary>The body of <see cref="Status"/>; null = the documented envelope.</summary>
    public string? Body { get; private init; }

    /// <summary>The headers of <see cref="Status"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; private init; } = [];

    /// <summary>
    /// The listener is closed, so that the operating system refuses connections, and all open connections are reset. Clearing the fault opens the
    /// same port again. Only for <see cref="SimulatedApi.SetFault"/>: a call that is refused is never seen, so it cannot be counted or matched.
    /// </summary>
    public static Fault Refuse { get; } = new(FaultKind.Refuse);

    /// <summary>RST as soon as the headers are read. Nothing lands. (From a rule, which sees the whole call, it comes after the body.)</summary>
    public static Fault ResetBeforeBody { get; } = new(FaultKind.ResetBeforeBody);

    /// <summary>A 200 as if all were well, but nothing was created (CONTRACT.md, "What the field has learned").</summary>
    public static Fault Phantom { get; } = new(FaultKind.Phantom);

    /// <summary>Works, but in the other environment: customers made or shown by this API have <c>test</c> the wrong way round.</summary>
    public static Fault TestMismatch { get; } = new(FaultKind.TestMismatch, landed: true);

    /// <summary>The whole body is read, then RST.</summary>
    public static Fault ResetAfterBody(bool landed) => new(FaultKind.ResetAfterBody, landed);

    /// <summary>
    /// The whole body is read and no answer comes, until the client gives up or <see cref="SimulatedApi.ReleaseHung"/>: then the answer if it
    /// landed, RST if not.
    /// </summary>
    public static Fault Hang(bool landed) => new(FaultKind.Hang, landed);

    /// <summary>A slow server: the call has its effect, and its answer, only after this time, and even when the client has left by then.</summary>
    public static Fault Delay(TimeSpan time) => new(FaultKind.Delay, landed: true) { Interval = time };

    /// <summary>The answer's bytes, from the status line on, come one at a time with this pause between them; then the connection is closed.</summary>
    public static Fault SlowDrip(TimeSpan interval, bool landed = true) => new(FaultKind.SlowDrip, landed) { Interval = interval };

    /// <summary>
    /// This status instead of the answer. A null <paramref name="body"/> is the documented envelope <c>{"message","status"}</c>.
    /// <paramref name="headers"/> such as <c>("Retry-After", "1")</c> or <c>("Location", "…")</c>; a body has the type application/json unless they name one.
    /// </summary>
    public static Fault Status(int status, string? body = null, bool landed = false, params (string Name, string Value)[] headers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 200);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        return new(FaultKind.Status, landed)
        {
            StatusCode = status,
            Body = body,
            Headers = [.. headers.Select(static header => KeyValuePair.Create(header.Name, header.Value))],
        };
    }

    /// <summary>A name for the row of a table, such as <c>Status 502, landed</c>.</summary>
    public override string ToString()
    {
        var name = Kind switch
        {
            FaultKind.Status => string.Create(CultureInfo.InvariantCulture, $"{Kind} {StatusCode}"),
            FaultKind.Delay or FaultKind.SlowDrip => $"{Kind} {Interval:c}",
            _ => Kind.ToString(),
        };
        return Landed && Kind is (FaultKind.ResetAfterBody or FaultKind.Hang or FaultKind.Status) ? $"{name}, landed" : name;
    }
}

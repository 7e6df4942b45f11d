namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>
/// The body of <c>POST /faults</c>, such as <c>{"api":"conversion_api","kind":"status","status":503,"headers":{"Retry-After":"1"},"times":2}</c>.
/// </summary>
internal sealed record FaultRequest
{
    /// <summary><c>customer_api</c> or <c>conversion_api</c>.</summary>
    public required ApiKind Api { get; init; }

    /// <summary>A <see cref="FaultKind"/> in snake_case; absent = no fault of any kind any more.</summary>
    public FaultKind? Kind { get; init; }

    /// <summary>For status, hang, reset_after_body and slow_drip: whether the call has its effect all the same.</summary>
    public bool Landed { get; init; }

    /// <summary>The status of <c>status</c>, 200–599.</summary>
    public int Status { get; init; }

    /// <summary>The body of <c>status</c>; absent = the documented envelope.</summary>
    public string? Body { get; init; }

    /// <summary>The headers of <c>status</c>.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>The time of <c>delay</c> and <c>slow_drip</c>, in milliseconds.</summary>
    public int Milliseconds { get; init; }

    /// <summary>How many of the next calls meet it; absent = all from now on.</summary>
    public int? Times { get; init; }

    /// <summary>Only calls of this method meet it, such as <c>GET</c> for read-backs; replaces a rule. Not together with <see cref="Times"/>.</summary>
    public string? Method { get; init; }

    /// <exception cref="ArgumentException">A value is out of range, or two do not go together.</exception>
    public void Apply(SimulatedPartnerStack stack)
    {
        var api = Api is ApiKind.CustomerApi ? stack.CustomerApi : stack.ConversionApi;
        if (Kind is not { } kind)
        {
            api.ClearFaults();
            return;
        }

        var fault = Create(kind);
        switch (Method, Times)
        {
            case (not null, not null):
                throw new ArgumentException("times and method do not go together.");
            case ({ } method, _):
                api.SetFaultRule(call => call.Method == method ? fault : null);
                break;
            case (_, { } times):
                api.EnqueueFaults([.. Enumerable.Repeat(fault, times)]);
                break;
            default:
                api.SetFault(fault);
                break;
        }
    }

    private Fault Create(FaultKind kind) => kind switch
    {
        FaultKind.Refuse => Fault.Refuse,
        FaultKind.ResetBeforeBody => Fault.ResetBeforeBody,
        FaultKind.ResetAfterBody => Fault.ResetAfterBody(Landed),
        FaultKind.Hang => Fault.Hang(Landed),
        FaultKind.Delay => Fault.Delay(TimeSpan.FromMilliseconds(Milliseconds)),
        FaultKind.SlowDrip => Fault.SlowDrip(TimeSpan.FromMilliseconds(Milliseconds), Landed),
        FaultKind.Status => Fault.Status(Status, Body, Landed, [.. Headers.Select(static header => (header.Key, header.Value))]),
        FaultKind.Phantom => Fault.Phantom,
        FaultKind.TestMismatch => Fault.TestMismatch,
        _ => throw new ArgumentException($"Unknown kind {kind}."),
    };
}

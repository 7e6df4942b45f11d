namespace ProxyShim.Sandbox.PartnerStack.Control;

/// <summary>
/// The body of <c>POST /faults</c>, such as <c>{"api":"conversion_api","kind":"status","status":503,"headers":{"Retry-After":"1"},"times":2}</c>.
/// <see cref="FaultCatalogue"/> says what each field means.
/// </summary>
internal sealed record FaultRequest
{
    public const string ApiField = "api";
    public const string KindField = "kind";
    public const string LandedField = "landed";
    public const string StatusField = "status";
    public const string BodyField = "body";
    public const string HeadersField = "headers";
    public const string MillisecondsField = "milliseconds";
    public const string TimesField = "times";
    public const string MethodField = "method";

    // More calls or time than anybody would wait for.
    private const int MostTimes = 100_000;
    private const int LongestWait = 600_000;

    private ApiKind Api { get; init; }

    private Fault? Fault { get; init; }

    private int? Times { get; init; }

    private string? Method { get; init; }

    /// <summary>Null, and the body's problem, when it is no such request.</summary>
    public static FaultRequest? Read(ControlBody body)
    {
        var api = body.Word<ApiKind>(ApiField, isRequired: true);
        var kind = body.Word<FaultKind>(KindField);
        var landed = body.Flag(LandedField);
        var status = body.Number(StatusField, 200, 599, isRequired: kind is FaultKind.Status);
        var content = body.Content(BodyField);
        var headers = body.Pairs(HeadersField);
        var wait = body.Number(MillisecondsField, 0, LongestWait, isRequired: kind is FaultKind.Delay or FaultKind.SlowDrip);
        var times = body.Number(TimesField, 1, MostTimes);
        var method = body.Text(MethodField);
        if (body.Has(TimesField) && body.Has(MethodField))
        {
            body.Complain($"{TimesField} and {MethodField} do not go together");
        }

        if (kind is FaultKind.Refuse && (body.Has(TimesField) || body.Has(MethodField)))
        {
            body.Complain($"refuse goes with neither {TimesField} nor {MethodField}: a call that is refused is never seen");
        }

        return body.Problem is not null ? null : new()
        {
            Api = api!.Value,
            Fault = kind is { } asked ? Create(asked, landed, status ?? 0, content, headers, TimeSpan.FromMilliseconds(wait ?? 0)) : null,
            Times = times,
            Method = method,
        };
    }

    public void Apply(SimulatedPartnerStack stack)
    {
        var api = Api is ApiKind.CustomerApi ? stack.CustomerApi : stack.ConversionApi;
        switch (Fault, Method, Times)
        {
            case (null, _, _):
                api.ClearFaults();
                break;
            case (var fault, { } method, _):
                api.SetFaultRule(call => call.Method == method ? fault : null);
                break;
            case (var fault, _, { } times):
                api.EnqueueFaults([.. Enumerable.Repeat(fault, times)]);
                break;
            default:
                api.SetFault(Fault);
                break;
        }
    }

    private static Fault Create(
        FaultKind kind, bool landed, int status, string? body, IReadOnlyDictionary<string, string>? headers, TimeSpan wait) => kind switch
        {
            FaultKind.Refuse => Fault.Refuse,
            FaultKind.ResetBeforeBody => Fault.ResetBeforeBody,
            FaultKind.ResetAfterBody => Fault.ResetAfterBody(landed),
            FaultKind.Hang => Fault.Hang(landed),
            FaultKind.Delay => Fault.Delay(wait),
            FaultKind.SlowDrip => Fault.SlowDrip(wait, landed),
            FaultKind.Status => Fault.Status(status, body, landed, [.. (headers ?? new Dictionary<string, string>()).Select(static header => (header.Key, header.Value))]),
            FaultKind.Phantom => Fault.Phantom,
            FaultKind.TestMismatch => Fault.TestMismatch,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
}

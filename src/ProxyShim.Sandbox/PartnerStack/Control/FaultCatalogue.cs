using System.Text.Json.Nodes;

namespace ProxyShim.Sandbox.PartnerStack.Control;

/// <summary>What <c>GET /faults</c> says: the faults there are, what the body of <c>POST /faults</c> may hold, and what is set now.</summary>
internal static class FaultCatalogue
{
    private static readonly (FaultKind Kind, string What)[] s_kinds =
    [
        (FaultKind.Refuse, "the port is closed, and open connections are reset, until the faults are cleared; takes neither times nor method"),
        (FaultKind.ResetBeforeBody, "the connection is reset as soon as the headers are read; nothing lands"),
        (FaultKind.ResetAfterBody, "the body is read, then the connection is reset"),
        (FaultKind.Hang, "the body is read and no answer comes until the faults are cleared"),
        (FaultKind.Delay, "effect and answer come after so many milliseconds"),
        (FaultKind.SlowDrip, "the answer comes a byte at a time, with so many milliseconds in between"),
        (FaultKind.Status, "this status instead of the answer"),
        (FaultKind.Phantom, "a 200 as if all were well, and nothing was created"),
        (FaultKind.TestMismatch, "works, but in the other environment: test is the wrong way round"),
    ];

    private static readonly (string Field, string What)[] s_fields =
    [
        (FaultRequest.ApiField, "customer_api or conversion_api; required"),
        (FaultRequest.KindField, "one of kinds; without it all faults of this API are cleared"),
        (FaultRequest.TimesField, "so many of the next calls meet it; without it all calls do from now on"),
        (FaultRequest.MethodField, "only calls of this method meet it, such as GET for read-backs; not together with times"),
        (FaultRequest.LandedField, "true: the call has its effect all the same (status, hang, reset_after_body, slow_drip)"),
        (FaultRequest.StatusField, "200 to 599; required for status"),
        (FaultRequest.BodyField, "the answer's body (status); without it the documented envelope"),
        (FaultRequest.HeadersField, "such as {\"Retry-After\":\"1\"} (status)"),
        (FaultRequest.MillisecondsField, "0 to 600000; required for delay and slow_drip"),
    ];

    private static readonly string[] s_examples =
    [
        """{"api":"conversion_api","kind":"status","status":503,"times":3}""",
        """{"api":"conversion_api","kind":"phantom","times":1}""",
        """{"api":"customer_api","kind":"status","status":500,"method":"GET"}""",
        """{"api":"conversion_api"}""",
    ];

    public static JsonObject Of(SimulatedPartnerStack stack) => new()
    {
        ["set"] = new JsonObject
        {
            [Words.Of(ApiKind.CustomerApi)] = Texts(stack.CustomerApi.Faults),
            [Words.Of(ApiKind.ConversionApi)] = Texts(stack.ConversionApi.Faults),
        },
        ["kinds"] = Object(s_kinds.Select(static kind => (Words.Of(kind.Kind), kind.What))),
        ["fields"] = Object(s_fields),
        ["examples"] = Texts([.. s_examples.Select(body => $"curl {stack.ControlAddress}faults -d '{body}'")]),
    };

    private static JsonArray Texts(IReadOnlyList<string> texts) => new([.. texts.Select(static text => JsonValue.Create(text))]);

    private static JsonObject Object(IEnumerable<(string Name, string What)> rows) =>
        new(rows.Select(static row => KeyValuePair.Create(row.Name, (JsonNode?)JsonValue.Create(row.What))));
}

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>Answers as CONTRACT.md says the S2S Conversion API does; what is unknown there is assumed as it says.</summary>
internal sealed class ConversionApiHandler(
    SimulatedPartnerStackOptions options, Account account, CallRecorder recorder, PartnerLink links, Func<TimeSpan> lag)
{
    private readonly string _authorization = $"Bearer {options.ConversionToken}";

    public Answer Handle(RecordedCall call, Handling handling)
    {
        if (call.Path != "/conversion/xid" || call.Method != "POST")
        {
            return links.Follow(call) ?? Answer.Failure(404, "Not found");
        }

        if (call.Header("Authorization") != _authorization)
        {
            return Answer.Failure(401, "Invalid token", KeyValuePair.Create("WWW-Authenticate", "Bearer"));
        }

        if (ConversionFields.TryRead(call.Body, out var problem) is not { } fields)
        {
            return Answer.Failure(400, problem);
        }

        recorder.Add(call, fields, account.Convert(fields, lag(), handling));
        return Answer.Empty;
    }
}

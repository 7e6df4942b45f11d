namespace ProxyShim.Sandbox.Tour;

/// <summary>What can be tried, as text for a terminal: the calls of the tour, faults, clicks of one's own.</summary>
internal static class Guide
{
    public static string Of(RunningSandbox sandbox)
    {
        if (sandbox.Shim is not { } shim)
        {
            return "The shim is still starting.\n";
        }

        var control = sandbox.PartnerStack.ControlAddress;
        return $"""
            ProxyShim sandbox: what can be tried

            A sign-up of your own. First somebody clicks clarke's link, then the app reports the customer:
              {PostClick(control)}
              {TourStep.Create("edith", "clarke").Curl(shim.Endpoints.Address)}

            The same in a browser, from the partner's link to the proof: {sandbox.Site.Address}

            The calls of the tour:
            {string.Join('\n', Chapter.EveryStep.Select(step => $"  # {step.Title}\n  {step.Curl(step.IsDirect ? sandbox.PartnerStack.CustomerApiAddress : shim.Endpoints.Address)}"))}

            Faults of either API; GET /faults has all kinds and fields, and what is set now:
              # a 200 that creates nothing: the read-back finds it out
              {PostFault(control)}
              # the next three attempts fail: the fourth, in the background, delivers
              {Fault(control, "\"kind\":\"status\",\"status\":503,\"times\":3")}
              # nobody is let in, until the faults are cleared
              {Fault(control, "\"kind\":\"refuse\"")}
              # all is well again
              {Fault(control, "")}

            What PartnerStack got:
              curl {control}conversions
              curl {control}customers
              curl {control}calls
              # forget it all; the ledger in Redis does not
              curl {control}reset -d ''

            What the shim says: {shim.Endpoints.Management} in a browser, token {shim.Endpoints.ManagementToken}; its log is {shim.Log.File}

            """;
    }

    public static string PostClick(Uri control) => $$"""curl {{control}}clicks -d '{"customer_key":"edith","partner_key":"clarke"}'""";

    public static string PostFault(Uri control) => Fault(control, "\"kind\":\"phantom\",\"times\":1");

    private static string Fault(Uri control, string fault) =>
        $$"""curl {{control}}faults -d '{"api":"conversion_api"{{(fault.Length == 0 ? "" : ",")}}{{fault}}}'""";
}

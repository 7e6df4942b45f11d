namespace ProxyShim.Sandbox;

/// <summary>What the visitor may try next.</summary>
internal static class Invitation
{
    public static string Text(ShimProcess shim) => $"""
        ── {TourStep.Yours.Title}. Paste this:

        {TourStep.Yours.Curl(shim.Address)}

        It becomes this at the Conversion API:

        {TourStep.YoursBecomes}

        Watch it arrive and be verified in the console: {shim.Management}   token {SampleKeys.ManagementToken}

        Serving. Each call to PartnerStack is printed below: yours, and what the shim does in the background, such as delivering kathleen, reading
        everybody back, sending hedy, the phantom, again, and giving up joan, a dead letter for you to replay. Ctrl-C ends it all.

        """;
}

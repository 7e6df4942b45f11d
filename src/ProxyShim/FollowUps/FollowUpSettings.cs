using ProxyShim.Settings;

namespace ProxyShim.FollowUps;

/// <param name="Mode">What becomes of a write that comes too early.</param>
/// <param name="MaxCalls">How many may wait for one customer.</param>
/// <param name="QueuedStatus"><c>Conversions:QueuedStatus</c>: the answer to what is durable and not done yet.</param>
internal sealed record FollowUpSettings(FollowUpMode Mode, int MaxCalls, int QueuedStatus)
{
    public static FollowUpSettings Read(SettingsReader reader, int queuedStatus) => new(
        reader.Choice(
            "FollowUps:Mode", FollowUpMode.Keep,
            "A write about a customer whom PartnerStack does not show yet, minutes after the sign-up: `Keep` it and play it in order once the customer is verified "
            + "(needs the vendor's key pair), or `PassThrough` the Customer API's 404."),
        reader.Number("FollowUps:MaxCalls", 100, 1, 10_000, "calls", "How many calls may wait for one customer; beyond it, or beyond 1 MiB, the 404 passes; a `PATCH` or `PUT` behind others gets a 503."),
        queuedStatus);
}

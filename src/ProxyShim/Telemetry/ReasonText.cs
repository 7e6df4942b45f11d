using System.Collections.Frozen;

namespace ProxyShim.Telemetry;

/// <summary>What a <c>Reason</c> means, and what to do about it, for a person who asks why a customer was not converted.</summary>
/// <param name="Meaning">One sentence.</param>
/// <param name="Remedy">One sentence; empty where there is nothing to do.</param>
internal sealed record ReasonText(string Meaning, string Remedy = "")
{
    private static readonly FrozenDictionary<string, ReasonText> s_texts = new Dictionary<string, ReasonText>
    {
        [Reasons.UnknownCaller] = new(
            "The caller's key pair is none of those that may convert, so the call went on as it came.",
            "Add the app's pair to CustomerApi:Callers, if its sign-ups shall be converted."),
        [Reasons.QueryString] = new(
            "The call has a query string, which the Customer API does not document, so it went on as it came.", "Let the app call the bare path."),
        [Reasons.ContentType] = new(
            "The body is no JSON in UTF-8, so the Customer API had to judge it.", "Let the app send JSON in UTF-8, labelled application/json."),
        [Reasons.ContentEncoding] = new(
            "The body is packed in a way that the shim does not unpack, so the Customer API had to judge it.", "Let the app send it plain or with gzip."),
        [Reasons.BodyTooLarge] = new(
            "The body is larger than the shim reads, so the Customer API had to judge it.", "Let the app send less in meta."),
        [Reasons.MalformedJson] = new(
            "The body is no JSON object, or has a name twice, so the Customer API had to judge it.", "Look at what the app sends."),
        [Reasons.MissingField] = new(
            "customer_key, email or partner_key is missing, so the Customer API had to judge it.", "Let the app send all three."),
        [Reasons.InvalidField] = new(
            "A field has a type or form that the Customer API would refuse, so it had to judge it.", "Look at what the app sends."),
        [Reasons.KeyTooLong] = new("customer_key is longer than 255 bytes, so the Customer API had to judge it.", "Use a shorter customer_key."),
        [Reasons.Off] = new("Rollout:Mode is Off: nothing new is converted.", "Set Rollout:Mode to Live."),
        [Reasons.NoClick] = new(
            "Redis had no click of this customer when the app called.",
            "See that the site writes it before the app calls, under a key of Clicks:Keys, or set Conversions:OnMiss to Hold where it comes seconds later; who came without a partner link has none."),
        [Reasons.MalformedClick] = new(
            "What stands under the click's key in Redis is no click.", "Look at what the site writes there, and at Clicks:Format."),
        [Reasons.PartnerMismatch] = new(
            "The click names another partner than the app's request, and the app's word counts.",
            "Set Conversions:OnPartnerMismatch to Convert, if the click's word shall count."),
        [Reasons.ClickCut] = new(
            "It was converted, and something in the click was too long and has been left out.", "Look at what the site writes into the click."),
        [Reasons.UnusualPath] = new(
            "But for letter case, escapes or slashes it is the path of a call that creates a customer, so it went on as it came.",
            "Let the app call /api/v2/customers exactly; a base URL without a closing slash is the usual mend."),
        [Reasons.UnusualMethod] = new(
            "It would create a customer, but its method is not written POST, or a header overrides it, so it went on as it came.", "Let the app send POST."),
        [Reasons.RedisDown] = new("Redis did not answer in time, or refused.", "See what is degraded, and that Redis is reached and quick enough for Redis:Timeout."),
        [Reasons.Refused] = new(
            "The Conversion API refuses this conversion for good.", "Read what it said; a click id that it does not know is the usual cause."),
        [Reasons.FallbackBefore] = new(
            "The customer was left to the Customer API before, and stays there: two of them would count twice.", "Look at the decision before this one."),
        [Reasons.DuplicateDiffers] = new(
            "The customer is known already, from a request with other content; the first one counts.", "See why the app reports the customer twice."),
        [Reasons.LedgerFormat] = new("A newer version of the shim wrote this customer's entry.", "Bring all replicas to the same version."),
        [Reasons.MemoryLost] = new(
            "Redis forgot the customer while the conversion was being sent.", "Make Redis durable: appendonly yes, maxmemory-policy noeviction."),
        [Reasons.NotReplicated] = new("Too few replicas of Redis had the claim in time.", "See that the replicas of Redis:WaitReplicas are there."),
        [Reasons.WithinLag] = new(
            "The call came before PartnerStack shows the customer.", "Nothing, where it was kept; else set FollowUps:Mode to Keep, or let the app try again in some minutes."),
        [Reasons.BehindKept] = new("Other calls about the customer wait, and this one waits behind them, so that the order holds."),
        [Reasons.TooManyKept] = new(
            "As many calls about the customer wait as may, so the Customer API's answer was passed on.", "Raise FollowUps:MaxCalls, or let the app call less soon."),
        [Reasons.MayHaveLanded] = new(
            "No answer came to a call that must not be made twice, so it may have landed.", "Look for it at PartnerStack; replay it if it is not there, else discard it."),
        [Reasons.CallerGone] = new("The settings have no key pair of the call's caller any more.", "Write the pair back into CustomerApi:Callers, and replay it."),
        [Reasons.FromLedger] = new("PartnerStack does not show the customer yet; the ledger answered."),
        [Reasons.OwnKeyUnread] = new(
            "The call deleted a customer by PartnerStack's own key, and PartnerStack did not say whose that was, so the ledger may know the customer still.",
            "Set the vendor's key pair, with which the shim asks first; or let the app delete by customer_key, also now."),
        [Reasons.AlreadyExisted] = new("PartnerStack had the customer before the sign-up was converted, so it is tied to no click of ours."),
        [Reasons.Phantom] = new(
            "It was taken again and again, and never landed.", "Look whether the click still counts at PartnerStack; then replay it, or discard it."),
        [Reasons.Expired] = new(
            "It could not be delivered within Delivery:MaxAge.", "See what the last answer was; replay it once that is mended."),
        [Reasons.Unverifiable] = new(
            "Nobody could tell whether it landed: no read-back got a definitive answer in time.",
            "Look for the customer at PartnerStack; replay it if it is not there."),
        [Reasons.BodyLost] = new("Its request is gone from Redis, so it cannot be sent.", "Let the app report the customer again."),
        [Reasons.ConflictAfterAmbiguity] = new(
            "PartnerStack knows it already, after an attempt that may have landed.", "Look for the customer at PartnerStack; discard it if it is there."),
        [Reasons.BadRequest] = new("The request breaks HTTP, so the shim's listener refused it.", "Look at what stands between the app and the shim."),
        [Reasons.BodyOverLimit] = new("The body is longer than Limits:BodyBytes.", "Let the app send less, or raise Limits:BodyBytes."),
        [Reasons.RateLimited] = new(
            "The caller makes more requests than Limits:RequestsPerSecond.", "Let the app call more slowly, or raise Limits:RequestsPerSecond."),
        [Reasons.Overloaded] = new("The shim had more requests at once than it takes.", "Let the app try again; see the Limits settings, or add a replica."),
        [Erased] = new("The customer was deleted through the Customer API."),
        [Discarded] = new("A person discarded its dead letter."),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // The same words where they are said of a kept call.
    private static readonly FrozenDictionary<string, ReasonText> s_ofCalls = new Dictionary<string, ReasonText>
    {
        [Reasons.Refused] = new("The Customer API refuses this call for good.", "Look at what the app sends; its answer's status says why."),
        [Reasons.Expired] = new("It could not be played within Delivery:MaxAge.", "See what the last answer was; replay it once that is mended."),
        [Reasons.BodyLost] = new("What was kept cannot be read.", "Let the app make the call again."),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private const string Erased = "erased";
    private const string Discarded = "discarded";

    /// <summary>Every reason that has one.</summary>
    public static IReadOnlyCollection<string> All => s_texts.Keys;

    /// <summary>Of a kept call that was given up; null for a reason that needs none.</summary>
    public static ReasonText? OfCall(string reason) => s_ofCalls.GetValueOrDefault(reason) ?? Of(reason);

    /// <summary>Null for a reason that needs none.</summary>
    public static ReasonText? Of(string? reason) => reason is null ? null : s_texts.GetValueOrDefault(reason);
}

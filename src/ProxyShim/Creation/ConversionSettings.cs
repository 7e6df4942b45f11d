using ProxyShim.Settings;

namespace ProxyShim.Creation;

/// <summary>No click brought the customer.</summary>
internal enum OnMiss
{
    /// <summary>The Customer API gets the original request.</summary>
    Fallback,

    /// <summary>The caller gets a 422.</summary>
    Reject,

    /// <summary>The creation is kept, and the click looked for again; if none comes, the Customer API gets the original request.</summary>
    Hold,
}

/// <summary>The click names another partner than the request.</summary>
internal enum OnPartnerMismatch
{
    /// <summary>The caller's word counts: the Customer API gets the original request.</summary>
    Fallback,

    /// <summary>The click's word counts: the conversion is sent.</summary>
    Convert,
}

/// <summary>The Conversion API refuses for good.</summary>
internal enum OnRejected
{
    /// <summary>The Customer API gets the original request.</summary>
    Fallback,

    /// <summary>The caller gets the Conversion API's message and status.</summary>
    Return,
}

/// <summary>Redis does not answer.</summary>
internal enum OnRedisDown
{
    /// <summary>The Customer API gets the original request.</summary>
    Fallback,

    /// <summary>The caller gets a 503 with <c>Retry-After</c>.</summary>
    Unavailable,
}

/// <summary>What the shim does where there is no conversion to send, or it is not taken.</summary>
/// <param name="HoldFor">How long a click is looked for again, with <see cref="OnMiss.Hold"/>.</param>
/// <param name="QueuedStatus">What a caller gets whose conversion waits to be delivered again: 200, or 202 for clients that know it.</param>
internal sealed record ConversionSettings(
    OnMiss OnMiss, TimeSpan HoldFor, OnPartnerMismatch OnPartnerMismatch, OnRejected OnRejected, OnRedisDown OnRedisDown, int QueuedStatus)
{
    public static ConversionSettings Read(SettingsReader reader) => new(
        reader.Choice(
            "Conversions:OnMiss", OnMiss.Fallback,
            "No click is known for the customer. `Fallback`: the Customer API gets the original request; `Reject`: the app gets a 422; `Hold`: the app gets the answer of "
            + "a queued conversion, the click is looked for again, and the Customer API gets the original request if none comes. `Hold` goes not with "
            + "`CustomerApi:AllowAnonymous`."),
        reader.Duration(
            "Conversions:HoldFor", TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(1), TimeSpan.FromDays(1),
            "With `Conversions:OnMiss` = `Hold`: how long after the app's call a click may come. The customer is at PartnerStack that much later, if none does."),
        reader.Choice(
            "Conversions:OnPartnerMismatch", OnPartnerMismatch.Fallback,
            "The click names another partner than the request (a coupon, say). `Fallback`: the request's word counts, and the Customer API gets it; `Convert`: the click's word counts."),
        reader.Choice(
            "Conversions:OnRejected", OnRejected.Fallback,
            "The Conversion API refuses for good. `Fallback`: the Customer API gets the original request; `Return`: the app gets the Conversion API's message and status."),
        reader.Choice(
            "Conversions:OnRedisDown", OnRedisDown.Fallback,
            "Redis does not answer. `Fallback`: the Customer API gets the original request; `Unavailable`: the app gets a 503 with `Retry-After`."),
        ReadQueuedStatus(reader));

    private static int ReadQueuedStatus(SettingsReader reader)
    {
        const string key = "Conversions:QueuedStatus";
        var status = reader.Number(
            key, StatusCodes.Status200OK, StatusCodes.Status200OK, StatusCodes.Status202Accepted, "an HTTP status",
            "What the app gets while its conversion waits to be delivered again: 200, or 202 for clients that know it. The envelope's `status` follows.");
        if (status == StatusCodes.Status201Created)
        {
            reader.Problem(key, "'201' would say that it exists already", "write 200 or 202");
        }

        return status;
    }
}

namespace ProxyShim.EndToEnd.Faults;

/// <summary>How a legacy app's wish to create a customer ended.</summary>
internal enum AppReply
{
    /// <summary>A 2xx with the customer in it: from here the promise holds.</summary>
    Acknowledged,

    /// <summary>A 409: the customer exists already, since an earlier call whose answer was lost had created it.</summary>
    Known,

    /// <summary>Another 4xx: nobody promised anything.</summary>
    Refused,
}

using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.EndToEnd.Faults;

/// <summary>The shim's own call that gives the Customer API the request of a customer whose click has not come.</summary>
internal static class HandOver
{
    /// <summary>Not the app's call, which names its sender; the shim keeps no headers.</summary>
    public static bool Is(RecordedCall call) => call is { Kind: ApiKind.CustomerApi, Method: "POST", Path: "/api/v2/customers", BodyComplete: true } && call.Header("User-Agent") != LegacyApp.UserAgent;

    /// <summary>Whether it took effect, or met a customer who was there.</summary>
    public static bool Landed(RecordedCall call) => call.Fault is null or { Landed: true };
}

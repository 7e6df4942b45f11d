namespace ProxyShim.Sandbox.Shim;

/// <summary>A shim on this loopback, as its apps, its pages and the demo site know it.</summary>
/// <param name="Address">What legacy apps call.</param>
/// <param name="Management">Health, and what else the management listener has.</param>
/// <param name="ManagementToken">Opens its console and admin API.</param>
/// <param name="Capture">What landing pages call.</param>
/// <param name="HoldFor">How long it waits for a click that is not there when the app calls.</param>
internal sealed record ShimEndpoints(Uri Address, Uri Management, string ManagementToken, Uri Capture, TimeSpan HoldFor);

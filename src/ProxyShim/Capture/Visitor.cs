using System.Net;

namespace ProxyShim.Capture;

/// <summary>Whose browser, or back-end, makes a call, as far as it can be told.</summary>
/// <param name="Connected">Who made the connection: a proxy, or the caller itself.</param>
/// <param name="Address">The caller's own address; null when a proxy stands in between that is not trusted to tell it, or tells none.</param>
/// <param name="IsHidden">A proxy that is not one of <c>Capture:TrustedProxies</c> stands in between.</param>
internal readonly record struct Visitor(IPAddress Connected, IPAddress? Address, bool IsHidden)
{
    private const string Forwarded = "X-Forwarded-For";

    /// <summary>Whom a rate is counted for.</summary>
    public IPAddress Counted => Address ?? Connected;

    /// <summary>
    /// Read from the right: each proxy appends the address that called it (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For), and
    /// what stands left of the first one that is not ours anybody can have written.
    /// </summary>
    public static Visitor Of(HttpContext context, IReadOnlyList<IPNetwork> proxies)
    {
        var connected = Plain(context.Connection.RemoteIpAddress ?? IPAddress.None);
        var isTrusted = Includes(proxies, connected);
        string[] hops = context.Request.Headers[Forwarded] is { Count: > 0 } values ? string.Join(',', values!).Split(',', StringSplitOptions.TrimEntries) : [];
        if (!isTrusted || hops.Length == 0)
        {
            // A better no address than that of a proxy.
            return new(connected, hops.Length == 0 && !isTrusted ? connected : null, hops.Length > 0);
        }

        for (var i = hops.Length - 1; i >= 0; i--)
        {
            if (!IPEndPoint.TryParse(hops[i], out var hop))
            {
                return new(connected, null, IsHidden: false);
            }

            if (i == 0 || !Includes(proxies, Plain(hop.Address)))
            {
                return new(connected, Plain(hop.Address), IsHidden: false);
            }
        }

        return new(connected, null, IsHidden: false);
    }

    private static bool Includes(IReadOnlyList<IPNetwork> networks, IPAddress address) => networks.Any(network => network.Contains(address));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

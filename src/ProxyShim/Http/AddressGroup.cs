using System.Net;
using System.Net.Sockets;

namespace ProxyShim.Http;

/// <summary>Which addresses count as one where calls are counted by address.</summary>
internal static class AddressGroup
{
    private const int PrefixBytes = 8;

    /// <summary>
    /// An IPv4 address, also one mapped into IPv6, is itself; an IPv6 address is its /64, which is what one host or site is given
    /// (https://www.rfc-editor.org/rfc/rfc4291#section-2.5.4).
    /// </summary>
    public static IPAddress Of(IPAddress? address) => address switch
    {
        null => IPAddress.None,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => new IPAddress([.. address.GetAddressBytes()[..PrefixBytes], .. new byte[PrefixBytes]]),
        _ => address,
    };
}

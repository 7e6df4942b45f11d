using System.Net;
using System.Net.Sockets;

namespace ProxyShim.Http;

/// <summary>Which addresses count as one where calls are counted by address.</summary>
internal static class AddressGroup
{
    private const int PrefixBytes = 8;

    /// <summary>An IPv4 address, also one mapped into IPv6, is itself; an IPv6 address is its /64: whoever has one has all those that begin alike.</summary>
    public static IPAddress Of(IPAddress? address) => address switch
    {
        null => IPAddress.None,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => new IPAddress([.. address.GetAddressBytes()[..PrefixBytes], .. new byte[PrefixBytes]]),
        _ => address,
    };
}

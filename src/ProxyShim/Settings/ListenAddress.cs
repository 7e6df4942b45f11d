using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace ProxyShim.Settings;

/// <summary>An address to listen on, such as <c>http://127.0.0.1:8080</c>, with Kestrel's meaning.</summary>
/// <remarks>
/// Kestrel takes <c>*</c>, <c>+</c> and any host name but <c>localhost</c> for "all addresses of this machine", whatever the name resolves to
/// (https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/Internal/AddressBinder.cs, <c>ParseAddress</c>).
/// </remarks>
internal sealed class ListenAddress
{
    private readonly string _text;
    private readonly Uri _plain;

    private ListenAddress(string text, Uri plain) => (_text, _plain) = (text, plain);

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string Scheme => _plain.Scheme;

    /// <summary>An address or a name, as it is written.</summary>
    public string Host => _plain.DnsSafeHost;

    public int Port => _plain.Port;

    /// <summary>Whether only this machine reaches it.</summary>
    public bool IsLoopback => !IsWildcard && (Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address)));

    /// <summary>Where a program on this machine reaches the listener; the first that answers is right.</summary>
    public IReadOnlyList<IPAddress> FromHere =>
        !IPAddress.TryParse(_plain.DnsSafeHost, out var address) || IsWildcard ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
        : address.Equals(IPAddress.Any) ? [IPAddress.Loopback]
        : address.Equals(IPAddress.IPv6Any) ? [IPAddress.IPv6Loopback, IPAddress.Loopback]
        : [address];

    // Kestrel's wildcards are no URIs.
    private bool IsWildcard => _text.Contains("://*", StringComparison.Ordinal) || _text.Contains("://+", StringComparison.Ordinal);

    /// <summary>Takes an http or https address without a path.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address)
    {
        var plain = text.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
        var isAddress = Uri.TryCreate(plain, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery == "/"
            && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0;
        address = isAddress ? new ListenAddress(text, uri!) : null;
        return isAddress;
    }

    /// <exception cref="FormatException">It is none.</exception>
    public static ListenAddress Parse(string text) => TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is no address to listen on.");

    /// <summary>As Kestrel takes it.</summary>
    public override string ToString() => IsWildcard
        ? string.Create(CultureInfo.InvariantCulture, $"{Scheme}://*:{Port}")
        : _plain.GetLeftPart(UriPartial.Authority);
}

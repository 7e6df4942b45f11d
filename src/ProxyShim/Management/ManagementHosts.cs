using System.Net;
using ProxyShim.Management.Admin;
using ProxyShim.Settings;

namespace ProxyShim.Management;

/// <summary>
/// Under which names the management listener may be called. A page of a stranger's can lead a browser here under a name of its own, which public DNS
/// resolves to this machine (DNS rebinding), and read what needs no token.
/// </summary>
/// <remarks>
/// Probes, scrapers and people come by an address, or by a name that no stranger can own in public DNS: of one label, as Compose and Kubernetes give them,
/// or below one of the zones that are kept for private use.
/// </remarks>
internal sealed class ManagementHosts
{
    public const string Key = "Management:Hosts";

    // https://www.iana.org/assignments/special-use-domain-names, ICANN's resolution 2024.07.29.06 (internal), and Kubernetes's own.
    private static readonly string[] s_private = [".localhost", ".internal", ".home.arpa", ".svc", ".cluster.local"];

    private readonly HashSet<string> _names;

    public ManagementHosts(ListenAddress url, IEnumerable<string> names) =>
        _names = new(names.Append(url.Host).Append(Environment.MachineName), StringComparer.OrdinalIgnoreCase);

    public static ManagementHosts Read(SettingsReader reader, ListenAddress url) => new(url, reader.List(Key, [], entry => ReadName(reader, entry)).OfType<string>());

    /// <param name="host">As the request names it, without a port; empty where it names none, as no browser does.</param>
    public bool Knows(string host)
    {
        var name = host.TrimEnd('.');
        return !name.Contains('.', StringComparison.Ordinal) || IPAddress.TryParse(name.Trim('[', ']'), out _) || _names.Contains(name)
            || Array.Exists(s_private, zone => name.EndsWith(zone, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Answers 421 where the name is none of ours.</summary>
    public Task GuardAsync(HttpContext context, RequestDelegate next) => Knows(context.Request.Host.Host)
        ? next(context)
        : AdminReply.FailAsync(
            context, StatusCodes.Status421MisdirectedRequest, $"The management listener is not known under this name; write it into {Key}, if it is its own.");

    private static string? ReadName(SettingsReader reader, string key)
    {
        var name = reader.Text(
            key,
            "A further name under which the management listener may be called (a request's `Host`, without the port); any other gets 421. "
            + "Addresses, names without a dot, and `….localhost`, `….internal`, `….home.arpa`, `….svc` and `….cluster.local` are known anyway.",
            "shim.example.com");
        if (name is null || Uri.CheckHostName(name) is UriHostNameType.Dns)
        {
            return name;
        }

        reader.Problem(key, "is no host name", "write one without scheme, port and path, such as shim.example.com");
        return null;
    }
}

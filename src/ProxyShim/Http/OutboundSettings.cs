using ProxyShim.Settings;

namespace ProxyShim.Http;

/// <param name="UseSystemProxy">Whether outgoing calls honour <c>HTTPS_PROXY</c> and <c>NO_PROXY</c>.</param>
/// <param name="IdleTimeout">How long an unused connection is kept for the next call.</param>
internal sealed record OutboundSettings(bool UseSystemProxy, TimeSpan IdleTimeout)
{
    // Below the idle timeout of the usual load balancers (AWS: 60 s,
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html): a connection that the other side is about to close
    // is not used for a POST.
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(20);

    private const string NoProxy = "NO_PROXY";

    /// <param name="targets">Where the shim calls.</param>
    public static OutboundSettings Read(SettingsReader reader, params IReadOnlyList<Uri> targets)
    {
        var useSystemProxy = reader.Flag(
            "Outbound:UseSystemProxy", fallback: false,
            "Whether calls to PartnerStack and to an OpenTelemetry collector honour `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`. Calls of the management listener never do.");
        var exceptions = reader.Text(
            NoProxy,
            "With `Outbound:UseSystemProxy`: hosts that are called directly, joined by commas. .NET takes a host name or address as it is, or a domain with a leading dot for all that is below it; "
            + "no star, no port, no range (CIDR).",
            ".internal,localhost");
        if (useSystemProxy && exceptions is not null)
        {
            foreach (var entry in exceptions.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                Judge(reader, entry, targets);
            }
        }

        var idle = reader.Duration(
            "Outbound:IdleTimeout", s_idle, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1),
            "How long a connection to PartnerStack that nobody uses is kept for the next call. Keep it below what closes idle connections on the way: a proxy or a firewall with 5 s needs less; "
            + "a server that says `Keep-Alive: timeout=` is heard.");
        return new OutboundSettings(useSystemProxy, idle);
    }

    // The whole host, or its end after a dot
    // (https://github.com/dotnet/runtime/blob/main/src/libraries/System.Net.Http/src/System/Net/Http/SocketsHttpHandler/HttpEnvironmentProxy.cs,
    // IsMatchInBypassList).
    private static void Judge(SettingsReader reader, string entry, IReadOnlyList<Uri> targets)
    {
        if (entry.AsSpan().ContainsAny("*/; \t") || (entry.Contains(':', StringComparison.Ordinal) && entry is not ['[', .., ']']))
        {
            reader.Warn(NoProxy, $"'{entry}' never matches", "write a host name or address, without a port, or a domain with a leading dot, such as .example.com");
        }
        else if (targets.FirstOrDefault(target => target.Host.EndsWith("." + entry, StringComparison.OrdinalIgnoreCase)) is { } target)
        {
            reader.Warn(NoProxy, $"'{entry}' does not cover {target.Host}", $"write .{entry} for all that is below it, or {target.Host}");
        }
    }
}

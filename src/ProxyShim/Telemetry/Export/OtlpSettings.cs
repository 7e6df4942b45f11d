using ProxyShim.Settings;

namespace ProxyShim.Telemetry.Export;

/// <summary>
/// What goes to an OpenTelemetry collector. The settings have OpenTelemetry's own names (<c>OTEL_…</c>), and its SDK reads all others of that name
/// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Here is read
/// what decides whether the SDK runs at all, since it would silently ignore a mistake in these.
/// </summary>
/// <param name="Traces">Where spans go; null when nowhere.</param>
/// <param name="Metrics">Where metrics go; null when nowhere.</param>
internal sealed record OtlpSettings(OtlpTarget? Traces, OtlpTarget? Metrics)
{
    // The SDK reads these for a client of its own making; ours is made like the shim's others.
    private static readonly string[] s_notRead = ["OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_KEY"];

    /// <summary>Null when nothing is exported: no endpoint is given, or <c>OTEL_SDK_DISABLED</c> is true.</summary>
    public static OtlpSettings? Read(SettingsReader reader)
    {
        var disabled = OtlpTarget.OneOf(reader, "OTEL_SDK_DISABLED", "`true`: nothing is exported.", "false", "true") == "true";
        var general = OtlpTarget.Variables.ReadGeneral(reader);
        var (traces, metrics) = (OtlpTarget.Read(reader, "TRACES", general), OtlpTarget.Read(reader, "METRICS", general));
        foreach (var key in s_notRead.Where(key => reader.Text(key, "Not read: a private CA comes by `SSL_CERT_FILE`.", "/etc/ca.pem") is not null))
        {
            reader.Warn(key, "is not read", "trust a private CA by SSL_CERT_FILE, and let a collector beside the shim hold client certificates");
        }

        return disabled || (traces is null && metrics is null) ? null : new OtlpSettings(traces, metrics);
    }
}

using OpenTelemetry.Exporter;
using ProxyShim.Settings;

namespace ProxyShim.Telemetry.Export;

/// <summary>Where one signal goes.</summary>
/// <param name="Endpoint">The whole address.</param>
/// <param name="Protocol">OTLP over HTTP or over gRPC.</param>
internal sealed record OtlpTarget(Uri Endpoint, OtlpExportProtocol Protocol)
{
    private const string Otlp = "otlp";
    private const string HttpProtobuf = "http/protobuf";
    private const string Grpc = "grpc";
    private const string General = "OTEL_EXPORTER_OTLP";

    /// <summary>What <c>OTEL_EXPORTER_OTLP_…</c> says for all signals, or <c>OTEL_EXPORTER_OTLP_TRACES_…</c> for one.</summary>
    /// <param name="Endpoint">Null when it is not said.</param>
    /// <param name="Protocol">Null when it is not said.</param>
    internal readonly record struct Variables(Uri? Endpoint, string? Protocol)
    {
        public static Variables ReadGeneral(SettingsReader reader) => Read(
            reader, General, "The collector that traces and metrics are sent to; over HTTP `/v1/traces` and `/v1/metrics` are added. Without one nothing is exported, unless a signal has its own.",
            "http://collector:4318", "traces and metrics", "");

        /// <param name="signal">As it stands in the names, such as <c>TRACES</c>.</param>
        public static Variables ReadOwn(SettingsReader reader, string signal)
        {
            var what = signal.ToLowerInvariant();
            return Read(
                reader, $"{General}_{signal}", $"The whole address that {what} are sent to; none = that of `{General}_ENDPOINT`.", $"http://collector:4318/v1/{what}", what,
                $" None = as `{General}_PROTOCOL` says.");
        }

        private static Variables Read(SettingsReader reader, string prefix, string endpoint, string example, string what, string otherwise) => new(
            ReadEndpoint(reader, $"{prefix}_ENDPOINT", endpoint, example),
            OneOf(reader, $"{prefix}_PROTOCOL", $"How {what} are sent: `http/protobuf` (the default; mostly port 4318) or `grpc` (4317).{otherwise}", HttpProtobuf, Grpc));

        private static Uri? ReadEndpoint(SettingsReader reader, string key, string about, string example)
        {
            var text = reader.Text(key, about, example);
            if (text is null || (Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint is { Scheme: "http" or "https", UserInfo.Length: 0, Query.Length: 0 }))
            {
                return text is null ? null : new Uri(text);
            }

            reader.Warn(key, "its value is not an http or https address, and is ignored", "write one, such as http://localhost:4318");
            return null;
        }
    }

    /// <param name="reader">The settings.</param>
    /// <param name="signal">As it stands in their names, such as <c>TRACES</c>.</param>
    /// <param name="general">What is said for all signals.</param>
    /// <returns>Null when the signal is not exported.</returns>
    public static OtlpTarget? Read(SettingsReader reader, string signal, Variables general)
    {
        var what = signal.ToLowerInvariant();
        var own = Variables.ReadOwn(reader, signal);
        if (OneOf(reader, $"OTEL_{signal}_EXPORTER", $"Whether {what} are exported; of a list what is known counts.", Otlp, "none") == "none"
            || (own.Endpoint ?? general.Endpoint) is not { } endpoint)
        {
            return null;
        }

        // The specification's default is HTTP (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specify-protocol); .NET's SDK has gRPC
        // (https://github.com/open-telemetry/opentelemetry-dotnet/tree/main/src/OpenTelemetry.Exporter.OpenTelemetryProtocol).
        return (own.Protocol ?? general.Protocol) == Grpc
            ? new OtlpTarget(endpoint, OtlpExportProtocol.Grpc)
            : new OtlpTarget(own.Endpoint ?? new Uri($"{endpoint.ToString().TrimEnd('/')}/v1/{what}"), OtlpExportProtocol.HttpProtobuf);
    }

    /// <summary>
    /// A value that is not known is ignored with a warning: such variables are set for a whole cluster, and one program that does not know a value must not stop for it
    /// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/, "Parsing empty value" and "Enum").
    /// </summary>
    /// <param name="one">The default.</param>
    /// <returns>The first that is known of what may be a list; null for none.</returns>
    public static string? OneOf(SettingsReader reader, string key, string about, string one, string other)
    {
        var text = reader.Text(key, about, other);
        var (known, unknown) = (default(string), default(string));
        foreach (var value in text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            var match = value.Equals(one, StringComparison.OrdinalIgnoreCase) ? one : value.Equals(other, StringComparison.OrdinalIgnoreCase) ? other : null;
            (known, unknown) = (known ?? match, unknown ?? (match is null ? value : null));
        }

        if (unknown is not null)
        {
            reader.Warn(key, $"'{unknown}' is not one of its values here, and is ignored", $"write {one} or {other}");
        }

        return known;
    }
}

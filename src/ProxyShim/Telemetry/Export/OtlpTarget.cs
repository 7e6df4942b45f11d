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

    /// <summary>What <c>OTEL_EXPORTER_OTLP_…</c> says for all signals, or <c>OTEL_EXPORTER_OTLP_TRACES_…</c> for one.</summary>
    /// <param name="Endpoint">Null when it is not said.</param>
    /// <param name="Protocol">Null when it is not said.</param>
    internal readonly record struct Variables(Uri? Endpoint, string? Protocol)
    {
        public static Variables Read(SettingsReader reader, string prefix) => new(
            reader.Text($"{prefix}_ENDPOINT") is null ? null : reader.Address($"{prefix}_ENDPOINT", "http://localhost:4318"),
            OneOf(reader, $"{prefix}_PROTOCOL", HttpProtobuf, Grpc));
    }

    /// <param name="reader">The settings.</param>
    /// <param name="signal">As it stands in their names, such as <c>TRACES</c>.</param>
    /// <param name="general">What is said for all signals.</param>
    /// <returns>Null when the signal is not exported.</returns>
    public static OtlpTarget? Read(SettingsReader reader, string signal, Variables general)
    {
        var own = Variables.Read(reader, $"OTEL_EXPORTER_OTLP_{signal}");
        if (OneOf(reader, $"OTEL_{signal}_EXPORTER", Otlp, "none") is not (Otlp or null) || (own.Endpoint ?? general.Endpoint) is not { } endpoint)
        {
            return null;
        }

        // HTTP is what OpenTelemetry's specification wants for a default; .NET's SDK has another one, for its own history.
        return (own.Protocol ?? general.Protocol) == Grpc
            ? new OtlpTarget(endpoint, OtlpExportProtocol.Grpc)
            : new OtlpTarget(own.Endpoint ?? new Uri($"{endpoint.ToString().TrimEnd('/')}/v1/{signal.ToLowerInvariant()}"), OtlpExportProtocol.HttpProtobuf);
    }

    private static string? OneOf(SettingsReader reader, string key, string one, string other)
    {
        var text = reader.Text(key);
        if (text is not null && text != one && text != other)
        {
            reader.Problem(key, $"'{text}' is not one of its values", $"write {one} or {other}");
        }

        return text;
    }
}

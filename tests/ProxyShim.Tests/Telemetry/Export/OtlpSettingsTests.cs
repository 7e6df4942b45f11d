using OpenTelemetry.Exporter;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Telemetry.Export;

/// <summary>OpenTelemetry's own variables, as its specification has them.</summary>
public class OtlpSettingsTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    [Theory]
    [InlineData(null, null)]
    [InlineData("OTEL_SERVICE_NAME", "shop")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]
    public void Without_an_endpoint_the_SDK_does_not_run(string? key, string? value) => Assert.Null(Given.Settings(key is null ? [] : [(key, value)]).Otlp);

    [Theory]
    [InlineData("http://collector:4318")]
    [InlineData("http://collector:4318/")]
    public void The_general_endpoint_is_a_base_over_HTTP(string endpoint)
    {
        var otlp = Given.Settings((Endpoint, endpoint)).Otlp!;

        Assert.Equal(("http://collector:4318/v1/traces", OtlpExportProtocol.HttpProtobuf), (otlp.Traces!.Endpoint.ToString(), otlp.Traces.Protocol));
        Assert.Equal(("http://collector:4318/v1/metrics", OtlpExportProtocol.HttpProtobuf), (otlp.Metrics!.Endpoint.ToString(), otlp.Metrics.Protocol));
    }

    [Fact]
    public void Over_gRPC_an_endpoint_is_the_server()
    {
        var otlp = Given.Settings((Endpoint, "http://collector:4317"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")).Otlp!;

        Assert.Equal(("http://collector:4317/", OtlpExportProtocol.Grpc), (otlp.Traces!.Endpoint.ToString(), otlp.Traces.Protocol));
    }

    [Fact]
    public void A_signals_own_word_comes_before_the_general_one_and_its_endpoint_is_taken_as_it_is()
    {
        var otlp = Given.Settings(
            (Endpoint, "http://collector:4317"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:1/mine"), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf")).Otlp!;

        Assert.Equal(("http://traces:1/mine", OtlpExportProtocol.HttpProtobuf), (otlp.Traces!.Endpoint.ToString(), otlp.Traces.Protocol));
        Assert.Equal(("http://collector:4317/", OtlpExportProtocol.Grpc), (otlp.Metrics!.Endpoint.ToString(), otlp.Metrics.Protocol));
    }

    [Fact]
    public void A_signal_without_an_endpoint_or_with_no_exporter_is_not_exported()
    {
        Assert.Null(Given.Settings(("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://metrics:1")).Otlp!.Traces);
        Assert.Null(Given.Settings((Endpoint, "http://collector"), ("OTEL_METRICS_EXPORTER", "none")).Otlp!.Metrics);
        Assert.NotNull(Given.Settings((Endpoint, "http://collector"), ("OTEL_METRICS_EXPORTER", "otlp")).Otlp!.Metrics);
    }

    [Fact]
    public void Nothing_is_exported_where_all_is_switched_off()
    {
        Assert.Null(Given.Settings((Endpoint, "http://collector"), ("OTEL_SDK_DISABLED", "true")).Otlp);
        Assert.Null(Given.Settings((Endpoint, "http://collector"), ("OTEL_TRACES_EXPORTER", "none"), ("OTEL_METRICS_EXPORTER", "none")).Otlp);
    }

    // Such variables are set for a whole cluster: what the shim does not know must not keep it, and the pod with it, from starting.
    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:canary@collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    [InlineData("OTEL_TRACES_EXPORTER", "zipkin")]
    [InlineData("OTEL_TRACES_EXPORTER", "console")]
    [InlineData("OTEL_TRACES_EXPORTER", "otlp,console")]
    [InlineData("OTEL_METRICS_EXPORTER", "prometheus")]
    [InlineData("OTEL_SDK_DISABLED", "yes")]
    [InlineData("OTEL_SDK_DISABLED", "0")]
    [InlineData("OTEL_EXPORTER_OTLP_CLIENT_KEY", "/key.pem")]
    public void What_is_not_known_is_ignored_with_a_warning(string key, string value)
    {
        var settings = Given.Settings((key, value));

        Assert.Null(settings.Otlp);
        var warning = Assert.Single(settings.Warnings);
        Assert.Equal(key, warning.Setting);
        Assert.Matches("^(write|trust) ", warning.Remedy);
        Assert.DoesNotContain("canary", warning.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_list_of_exporters_what_is_known_counts()
    {
        Assert.NotNull(Given.Settings((Endpoint, "http://collector"), ("OTEL_TRACES_EXPORTER", "console,otlp")).Otlp!.Traces);
        Assert.Null(Given.Settings((Endpoint, "http://collector"), ("OTEL_TRACES_EXPORTER", "zipkin,none")).Otlp!.Traces);
        Assert.NotNull(Given.Settings((Endpoint, "http://collector"), ("OTEL_TRACES_EXPORTER", "zipkin")).Otlp!.Traces);
        Assert.NotNull(Given.Settings((Endpoint, "http://collector"), ("OTEL_SDK_DISABLED", "0")).Otlp);
    }
}

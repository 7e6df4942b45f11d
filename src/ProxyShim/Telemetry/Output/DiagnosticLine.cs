using Serilog.Events;
using Serilog.Parsing;

namespace ProxyShim.Telemetry.Output;

/// <summary>What a framework, or our own code in trouble, has to say, with nothing in it that could come from a request or an upstream.</summary>
/// <remarks>
/// Only what the message template itself names is written: the scopes that Kestrel and ASP.NET open around a request hold its path
/// (https://github.com/dotnet/aspnetcore/blob/main/src/Hosting/Hosting/src/Internal/HostingLoggerExtensions.cs), and a path may hold
/// an e-mail address.
/// </remarks>
internal static class DiagnosticLine
{
    private const string Redacted = "[redacted]";
    private const int MaxTemplate = 1024;

    // Whose templates are constants. Elsewhere a "template" may be a finished sentence, with anything in it.
    private static readonly string[] s_constantTemplates = ["ProxyShim.", "Microsoft.", "Yarp.", "System."];

    // Text arguments that name parts of the server itself, never of a request.
    private static readonly Dictionary<string, string[]> s_safeTexts = new(StringComparer.Ordinal)
    {
        ["Microsoft.AspNetCore.Server.Kestrel"] = ["ConnectionId", "TraceIdentifier", "address", "addresses", "endpoint", "endpointName"],
        ["Microsoft.AspNetCore.Hosting"] = ["address", "addresses"],
        ["Yarp.ReverseProxy"] = ["message", "routeId", "clusterId", "destinationId"],
        ["ProxyShim."] = ["*"],
    };

    public static LogLine Of(LogEvent entry)
    {
        var source = entry.Properties.GetValueOrDefault("SourceContext") is ScalarValue { Value: string name } ? name : "";
        var line = LogLine.Begin(entry.Timestamp, entry.Level, "Diagnostic"u8)
            .Text("SourceContext"u8, source)
            .Text("@mt"u8, HasConstantTemplates(source) ? entry.MessageTemplate.Text : Redacted, MaxTemplate)
            .BeginObject("Arguments"u8);
        foreach (var argument in entry.MessageTemplate.Tokens.OfType<PropertyToken>().Select(token => token.PropertyName).Distinct(StringComparer.Ordinal))
        {
            line.Scalar(argument, Safe(source, argument, entry.Properties.GetValueOrDefault(argument)));
        }

        // A warning is of the network or of a peer; where in the HTTP client it came up is no help to an operator.
        var exception = entry.Exception is { } thrown ? SafeException.Describe(thrown, withStack: entry.Level >= LogEventLevel.Error) : null;
        return line.EndObject().Text("@x"u8, exception, SafeException.MaxLength).End();
    }

    private static bool HasConstantTemplates(string source) => s_constantTemplates.Any(prefix => source.StartsWith(prefix, StringComparison.Ordinal));

    private static object? Safe(string source, string argument, LogEventPropertyValue? property) => property switch
    {
        null or ScalarValue { Value: null } => null,
        ScalarValue { Value: string text } => IsSafeText(source, argument) ? text : Redacted,
        ScalarValue { Value: { } value } when value.GetType() is { IsPrimitive: true } or { IsEnum: true } || value is TimeSpan or Guid => value,
        _ => Redacted,
    };

    private static bool IsSafeText(string source, string argument) => s_safeTexts.Any(entry =>
        source.StartsWith(entry.Key, StringComparison.Ordinal) && (entry.Value is ["*"] || entry.Value.Contains(argument, StringComparer.Ordinal)));
}

using System.Text.Json;

namespace ProxyShim.Testing;

/// <summary><c>config/log-event.schema.json</c>, to which every line of the log is held.</summary>
public static class LogSchema
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };
    private static readonly JsonSchema s_schema = new(File.ReadAllText(Path));

    /// <summary>The file's full path.</summary>
    public static string Path => System.IO.Path.Combine(Repository.Root, "config", "log-event.schema.json");

    /// <summary>What is wrong with a line; empty when nothing is.</summary>
    public static IReadOnlyList<string> ErrorsOf(string line)
    {
        try
        {
            return s_schema.ErrorsOf(JsonElement.Parse(line, s_strict));
        }
        catch (JsonException exception)
        {
            return [exception.Message];
        }
    }

    /// <exception cref="InvalidOperationException">The line is not what the schema says.</exception>
    public static void Hold(string line)
    {
        if (ErrorsOf(line) is { Count: > 0 } errors)
        {
            throw new InvalidOperationException($"A line of the log is not what {Path} says:\n{line}\n - {string.Join("\n - ", errors)}");
        }
    }

    /// <summary>The same of many lines, on all processors.</summary>
    /// <inheritdoc cref="Hold"/>
    public static void HoldAll(IEnumerable<string> lines)
    {
        if (lines.AsParallel().AsOrdered().FirstOrDefault(line => ErrorsOf(line).Count > 0) is { } wrong)
        {
            Hold(wrong);
        }
    }
}

using System.Globalization;

namespace ProxyShim.Settings;

/// <summary>
/// Reads typed settings and collects every problem instead of stopping at the first, so that an operator mends all of them in one go.
/// </summary>
/// <remarks>
/// Not the binder: it stops at the first value it cannot parse, and its messages name CLR types, not what to write instead.
/// </remarks>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _problems = [];

    /// <summary>What is wrong, one line a setting; empty when all is well.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Adds a problem: which setting, what is wrong with it, and what to write.</summary>
    public void Problem(string key, string wrong, string write) =>
        _problems.Add($"{key}: {wrong}; {write} (environment variable {key.Replace(":", "__", StringComparison.Ordinal)})");

    /// <summary>The setting's text, or null when it is absent or empty.</summary>
    public string? Text(string key)
    {
        _known.Add(key);
        var value = configuration[key];
        return string.IsNullOrEmpty(value) ? null : value;
    }

    public string Text(string key, string fallback) => Text(key) ?? fallback;

    /// <summary>A secret. A file's closing line feed is not part of it.</summary>
    public Secret? Secret(string key) => Text(key)?.TrimEnd('\r', '\n') is { Length: > 0 } value ? new Secret(value) : null;

    public bool Flag(string key, bool fallback) =>
        Parse(key, fallback, "is neither true nor false", "write true or false", static (string text, out bool value) => bool.TryParse(text, out value));

    public int Number(string key, int fallback, int least, int most) =>
        Parse(key, fallback, $"is not a whole number from {least} to {most}", $"write one, such as {fallback}",
            (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);

    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan least, TimeSpan most) =>
        Parse(key, fallback, $"is not a duration from {least:c} to {most:c}", $"write hours:minutes:seconds, such as {fallback:c}",
            (string text, out TimeSpan value) =>
                TimeSpan.TryParseExact(text, ["c", @"h\:mm", @"h\:mm\:ss"], CultureInfo.InvariantCulture, out value) && value >= least && value <= most);

    public T Choice<T>(string key, T fallback)
        where T : struct, Enum =>
        Parse(key, fallback, "is not one of its values", $"write one of {string.Join(", ", Enum.GetNames<T>())}",
            static (string text, out T value) =>
            {
                // A number would parse too, and mean whatever the declaration order happens to be; and so would several names joined by commas.
                value = default;
                return text.All(char.IsAsciiLetter) && Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value);
            });

    /// <summary>An absolute http or https address without query; the trailing slash is dropped where it is joined with a path.</summary>
    public Uri Address(string key, string fallback) =>
        Parse(key, new Uri(fallback), "is not an http or https address", $"write one, such as {fallback}",
            static (string text, out Uri value) =>
                Uri.TryCreate(text, UriKind.Absolute, out value!)
                && value.Scheme is "http" or "https"
                && value.Query.Length == 0 && value.Fragment.Length == 0 && value.UserInfo.Length == 0);

    /// <summary>A list: <c>Key:0</c>, <c>Key:1</c>, …. Any entry from any source replaces the whole default.</summary>
    public IReadOnlyList<T> List<T>(string key, IReadOnlyList<T> fallback, Func<string, T> read)
    {
        _known.Add(key);
        var entries = configuration.GetSection(key).GetChildren().OrderBy(Position).ToList();
        return entries.Count == 0 ? fallback : [.. entries.Select(entry => read(entry.Path))];
    }

    /// <summary>Reports each key that stands in one of our sections and that nothing has read: a misspelt setting must not be silence.</summary>
    public void ReportUnknownKeys()
    {
        var sections = _known.Where(key => key.Contains(':', StringComparison.Ordinal)).Select(key => key[..key.IndexOf(':', StringComparison.Ordinal)])
            .Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        foreach (var section in sections)
        {
            foreach (var leaf in Leaves(configuration.GetSection(section)).Where(leaf => !_known.Contains(leaf)))
            {
                var siblings = _known.Where(key => key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);
                Problem(leaf, "is not a setting", $"remove it or write one of {string.Join(", ", siblings)}");
            }
        }
    }

    private delegate bool TryParse<T>(string text, out T value);

    private T Parse<T>(string key, T fallback, string wrong, string write, TryParse<T> parse)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (parse(text.Trim(), out var value))
        {
            return value;
        }

        // An address may hold a password: https://user:password@host.
        Problem(key, text.Contains('@', StringComparison.Ordinal) ? $"its value {wrong}" : $"'{text}' {wrong}", write);
        return fallback;
    }

    private static int Position(IConfigurationSection entry) =>
        int.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : int.MaxValue;

    private static IEnumerable<string> Leaves(IConfigurationSection section)
    {
        if (section.Value is not null)
        {
            yield return section.Path;
        }

        foreach (var leaf in section.GetChildren().SelectMany(Leaves))
        {
            yield return leaf;
        }
    }
}

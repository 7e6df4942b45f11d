using System.Globalization;

namespace ProxyShim.Settings;

/// <summary>
/// Reads typed settings and collects every problem instead of stopping at the first, so that an operator mends all of them in one go. Each call is the setting's
/// declaration as well: name, default, range and what it does stand there and nowhere else, and <see cref="Describe"/> makes the reference of it.
/// </summary>
/// <remarks>
/// Not the binder: it stops at the first value it cannot parse, and its messages name CLR types, not what to write instead
/// (https://github.com/dotnet/runtime/blob/main/src/libraries/Microsoft.Extensions.Configuration.Binder/src/ConfigurationBinder.cs).
/// </remarks>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private readonly List<string> _known = [];
    private readonly List<string> _problems = [];
    private readonly List<SettingWarning> _warnings = [];
    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);
    private List<SettingDescription>? _descriptions;

    /// <summary>What is wrong, one line a setting; empty when all is well.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>What does less than it says.</summary>
    public IReadOnlyList<SettingWarning> Warnings => _warnings;

    /// <summary>What was given for each setting that was read, secrets included; null for nothing.</summary>
    public IReadOnlyDictionary<string, string?> Values => _values;

    /// <summary>Every setting that <paramref name="read"/> reads, in that order.</summary>
    public static IReadOnlyList<SettingDescription> Describe(Action<SettingsReader> read)
    {
        var reader = new SettingsReader(new ConfigurationBuilder().Build()) { _descriptions = [] };
        read(reader);
        return reader._descriptions;
    }

    public static string VariableOf(string key) => key.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>Adds a problem: which setting, what is wrong with it, and what to write.</summary>
    public void Problem(string key, string wrong, string write)
    {
        var problem = $"{key}: {wrong}; {write} (environment variable {VariableOf(key)})";
        if (!_problems.Contains(problem))
        {
            _problems.Add(problem);
        }
    }

    /// <summary>Adds a warning, for what the shim can do without.</summary>
    /// <inheritdoc cref="Problem"/>
    public void Warn(string key, string wrong, string write)
    {
        var warning = new SettingWarning(key, wrong, write);
        if (!_warnings.Contains(warning))
        {
            _warnings.Add(warning);
        }
    }

    /// <summary>The setting's text, or null when it is absent or empty.</summary>
    public string? Text(string key, string about, string example)
    {
        Declare(key, "text", SettingDescription.None, about, example);
        return Given(key);
    }

    public string Text(string key, string fallback, string about, string example)
    {
        Declare(key, "text", fallback, about, example);
        return Given(key) ?? fallback;
    }

    /// <summary>A secret; null when it is absent or empty.</summary>
    public Secret? Secret(string key, string about, string example)
    {
        Declare(key, "secret", SettingDescription.None, about, example);
        if (Given(key) is not { } value)
        {
            return null;
        }

        if (value.Any(char.IsControl))
        {
            Problem(key, "holds a line break or another control character", "write it in one line");
        }

        return new Secret(value);
    }

    public bool Flag(string key, bool fallback, string about)
    {
        Declare(key, "`true`, `false`", fallback ? "true" : "false", about, fallback ? "false" : "true");
        return Parse(key, fallback, "is neither true nor false", "write true or false", static (string text, out bool value) => bool.TryParse(text, out value));
    }

    /// <param name="unit">What is counted.</param>
    /// <param name="usual">Where the default is not the same on each machine: what decides it, in brackets, and a value as an example.</param>
    public int Number(string key, int fallback, int least, int most, string unit, string about, (string Default, int Example)? usual = null)
    {
        Declare(
            key, string.Create(CultureInfo.InvariantCulture, $"{unit}, {least} to {most}"), usual?.Default ?? $"{fallback}", about, $"{usual?.Example ?? fallback}");
        return Parse(key, fallback, $"is not a whole number from {least} to {most}", $"write one, such as {fallback}",
            (string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);
    }

    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan least, TimeSpan most, string about)
    {
        var (usual, range) = (DurationText.Of(fallback), $"{DurationText.Of(least)} to {DurationText.Of(most)}");
        Declare(key, $"duration, {range}", usual, about, usual);
        var such = string.Join(", ", new[] { usual, "500ms", "15m" }.Distinct(StringComparer.Ordinal));
        return Parse(key, fallback, $"is not a duration from {range}", $"write one, such as {such} or 00:15:00",
            (string text, out TimeSpan value) => DurationText.TryParse(text, out value) && value >= least && value <= most);
    }

    public T Choice<T>(string key, T fallback, string about)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        Declare(key, string.Join(", ", names.Select(name => $"`{name}`")), fallback.ToString(), about, names.Last(name => name != fallback.ToString()));
        return Parse(key, fallback, "is not one of its values", $"write one of {string.Join(", ", names)}",
            static (string text, out T value) =>
            {
                // A number would parse too, and mean whatever the declaration order happens to be; and so would several names joined by commas
                // (https://learn.microsoft.com/dotnet/api/system.enum.tryparse).
                value = default;
                return text.All(char.IsAsciiLetter) && Enum.TryParse(text, ignoreCase: true, out value) && Enum.IsDefined(value);
            });
    }

    /// <summary>An absolute http or https address without query; the trailing slash is dropped where it is joined with a path.</summary>
    /// <param name="ownPaths">
    /// Paths that are added to it, and that an operator may have written there as well. One of a single segment may be a gateway's, too, where more stands before it.
    /// </param>
    public Uri Address(string key, string fallback, string about, params IReadOnlyList<string> ownPaths)
    {
        Declare(key, "http or https address, with a path where a gateway wants one", fallback, about, fallback);
        var address = Parse(key, new Uri(fallback), "is not an http or https address", $"write one, such as {fallback}",
            static (string text, out Uri value) =>
                Uri.TryCreate(text, UriKind.Absolute, out value!)
                && value.Scheme is "http" or "https"
                && value.Query.Length == 0 && value.Fragment.Length == 0 && value.UserInfo.Length == 0);
        var path = address.AbsolutePath.TrimEnd('/');
        if (ownPaths.FirstOrDefault(own => path.EndsWith(own, StringComparison.OrdinalIgnoreCase) && (own.LastIndexOf('/') > 0 || path.Length == own.Length)) is { } doubled)
        {
            Problem(key, $"'{address}' ends in '{doubled}', which is added to it", $"write {address.GetLeftPart(UriPartial.Authority)}{path[..^doubled.Length]}");
        }

        return address;
    }

    /// <summary>A list: <c>Key:0</c>, <c>Key:1</c>, …. Any entry from any source replaces the whole default.</summary>
    /// <param name="read">Reads, and so declares, one entry.</param>
    public IReadOnlyList<T> List<T>(string key, IReadOnlyList<T> fallback, Func<string, T> read)
    {
        if (_descriptions is not null)
        {
            read($"{key}:N");
            return fallback;
        }

        _known.Add(key);
        if (!string.IsNullOrWhiteSpace(configuration[key]))
        {
            Problem(key, "is a list", $"write its first entry as {key}:0 (environment variable {VariableOf(key)}__0)");
        }

        var entries = configuration.GetSection(key).GetChildren().OrderBy(Position).ToList();
        return entries.Count == 0 ? fallback : [.. entries.Select(entry => read(entry.Path))];
    }

    /// <summary>A section that a library reads as a whole, such as Kestrel's.</summary>
    /// <param name="setting">What stands for it in the reference: one of its settings.</param>
    public void Foreign(string section, string setting, string about, string example)
    {
        _known.Add(section + ":");
        _descriptions?.Add(new SettingDescription(setting, "text", SettingDescription.None, about, example));
    }

    /// <summary>What was given for this name wherever it stands in such a section.</summary>
    public IReadOnlyList<(string Key, string Value)> GivenIn(string section, string name) =>
    [
        .. from setting in configuration.GetSection(section).AsEnumerable()
           where setting.Value is { Length: > 0 } && setting.Key.EndsWith(":" + name, StringComparison.OrdinalIgnoreCase)
           select (setting.Key, setting.Value),
    ];

    /// <summary>Reports each key that stands in one of our sections and that nothing has read, and each section that is none.</summary>
    public void ReportUnknownKeys()
    {
        foreach (var (key, wrong, write) in new UnknownSettings(_known).In(configuration))
        {
            Problem(key, wrong, write);
        }
    }

    private delegate bool TryParse<T>(string text, out T value);

    private void Declare(string key, string values, string fallback, string about, string example)
    {
        _known.Add(key);
        _descriptions?.Add(new SettingDescription(key, values, fallback, about, example));
    }

    // What is wrong with it is told; it counts all the same, so that it is not told to be missing as well.
    private string? Given(string key)
    {
        var text = ReadText(key);
        _values[key] = text;
        return text;
    }

    private string? ReadText(string key)
    {
        if (configuration[key] is not { } given || GivenText.Trim(given) is not { Length: > 0 } text)
        {
            return null;
        }

        if (GivenText.IsQuoted(text))
        {
            // docker run --env-file keeps quotation marks (https://github.com/docker/cli/issues/3630).
            Problem(key, "stands in quotation marks", "write it without them");
            text = text[1..^1];
        }
        else if (GivenText.IsPlaceholder(text))
        {
            Problem(key, "is the placeholder of an example", "write your own");
        }

        return text;
    }

    private T Parse<T>(string key, T fallback, string wrong, string write, TryParse<T> parse)
    {
        if (Given(key) is not { } text)
        {
            return fallback;
        }

        if (parse(text, out var value))
        {
            return value;
        }

        // An address may hold a password: https://user:password@host.
        Problem(key, text.Contains('@', StringComparison.Ordinal) ? $"its value {wrong}" : $"'{text}' {wrong}", write);
        return fallback;
    }

    private static int Position(IConfigurationSection entry) =>
        int.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : int.MaxValue;
}

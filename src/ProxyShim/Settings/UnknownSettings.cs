using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.KeyPerFile;

namespace ProxyShim.Settings;

/// <summary>Finds what an operator has written for a setting and nothing reads: a misspelt setting must not be silence.</summary>
/// <param name="known">What is read: settings, lists, and sections that a library reads as a whole.</param>
internal sealed class UnknownSettings(IReadOnlyCollection<string> known)
{
    // What .NET's own templates write into each appsettings.json (https://learn.microsoft.com/aspnet/core/fundamentals/configuration/#appsettingsjson).
    private static readonly string[] s_usual = ["Logging", "AllowedHosts"];

    // Its SDK reads more of them than the shim does.
    private const string OpenTelemetry = "OTEL_";

    private readonly string[] _sections =
        [.. known.Select(SectionOf).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];

    /// <returns>Each with what to write instead.</returns>
    public IEnumerable<(string Key, string Wrong, string Write)> In(IConfiguration configuration) =>
        InOurSections(configuration).Concat(configuration is IConfigurationRoot root ? Elsewhere(root) : []);

    private IEnumerable<(string, string, string)> InOurSections(IConfiguration configuration) =>
        from section in _sections
        from leaf in Leaves(configuration.GetSection(section))
        where leaf.Length > section.Length && !IsKnown(leaf)
        select (leaf, "is not a setting", $"remove it or write one of {Below(section)}");

    // File and command line are ours. The environment and the folder of secrets are shared with who knows whom: only what was surely meant for us is judged.
    private IEnumerable<(string, string, string)> Elsewhere(IConfigurationRoot root)
    {
        foreach (var provider in root.Providers)
        {
            var isShared = provider is EnvironmentVariablesConfigurationProvider or KeyPerFileConfigurationProvider;
            var names = provider.GetChildKeys([], null).Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            foreach (var section in names.Where(name => !isShared && IsGivenAsOneValue(provider, name)))
            {
                yield return (section, "is a section of settings", $"write one of {Below(section)} instead");
            }

            foreach (var name in names.Where(IsForeign))
            {
                foreach (var leaf in isShared ? MeantForUs(provider, name) : [name])
                {
                    yield return Judge(leaf);
                }
            }
        }
    }

    private (string, string, string) Judge(string key)
    {
        var section = SectionOf(key);
        var near = section is null
            ? NearestName.Of(key, [.. known.Where(name => SectionOf(name) is null), .. _sections])
            : NearestName.Of(section, _sections) + key[section.Length..];
        return (key, section is null ? "is neither a setting nor a section of settings" : "is not a setting",
            near is null ? $"remove it, or write one of {string.Join(", ", _sections)}" : $"write {near}, or remove it");
    }

    // Such as Conversion:OnMiss: the section is nearly one of ours, and what stands below it is.
    private IEnumerable<string> MeantForUs(IConfigurationProvider provider, string name) =>
        NearestName.Of(name, _sections) is { } section
            ? provider.GetChildKeys([], name).Distinct(StringComparer.OrdinalIgnoreCase)
                .Where(child => known.Any(key => key.StartsWith($"{section}:{child}", StringComparison.OrdinalIgnoreCase)))
                .Select(child => LeafOf(provider, $"{name}:{child}"))
            : [];

    // Of several, such as a list's entries, the first.
    private static string LeafOf(IConfigurationProvider provider, string key) =>
        provider.GetChildKeys([], key).FirstOrDefault() is { } child && !provider.TryGet(key, out _) ? LeafOf(provider, $"{key}:{child}") : key;

    private string Below(string section) =>
        string.Join(", ", known.Where(key => IsBelow(key, section)).Select(key => key.TrimEnd(':')).Order(StringComparer.Ordinal));

    // As "Redis": "localhost:6379" does. A variable REDIS is anybody's.
    private bool IsGivenAsOneValue(IConfigurationProvider provider, string name) =>
        _sections.Contains(name, StringComparer.OrdinalIgnoreCase) && provider.TryGet(name, out var value) && !string.IsNullOrEmpty(value);

    private bool IsForeign(string name) =>
        char.IsAsciiLetter(name[0]) && !name.StartsWith(OpenTelemetry, StringComparison.OrdinalIgnoreCase) && !known.Contains(name, StringComparer.OrdinalIgnoreCase)
        && !_sections.Contains(name, StringComparer.OrdinalIgnoreCase) && !s_usual.Contains(name, StringComparer.OrdinalIgnoreCase);

    private bool IsKnown(string leaf) => known.Any(key => leaf.Equals(key, StringComparison.OrdinalIgnoreCase)) || known.Any(key => key.EndsWith(':') && IsBelow(leaf, key[..^1]));

    private static bool IsBelow(string key, string section) =>
        key.Length > section.Length && key[section.Length] == ':' && key.StartsWith(section, StringComparison.OrdinalIgnoreCase);

    private static string? SectionOf(string key) => key.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? key[..end] : null;

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

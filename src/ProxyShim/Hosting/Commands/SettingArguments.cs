namespace ProxyShim.Hosting.Commands;

/// <summary>
/// Tells settings on the command line from the words of a command: <c>--Redis:Timeout=1s</c>, <c>--Redis:Timeout 1s</c>, <c>--Urls=…</c>. A word that merely holds
/// an equals sign, such as a file's name, is no setting.
/// </summary>
internal static class SettingArguments
{
    private const string Dashes = "--";

    // Between a section and a setting: on the command line, and in the environment.
    private static readonly string[] s_sectionSigns = [":", "__"];

    // They have no section, and so no colon.
    private static readonly string[] s_withoutSection = ["--Urls", "--ShutdownTimeout"];

    public static (string[] Settings, string[] Words) Split(IReadOnlyList<string> arguments)
    {
        var (settings, words) = (new List<string>(), new List<string>());
        for (var i = 0; i < arguments.Count; i++)
        {
            var word = arguments[i];
            if (word == Dashes)
            {
                // What follows is meant as it is.
                words.AddRange(arguments.Skip(i));
                break;
            }

            if (!IsSetting(word) && !IsBareSetting(word, words))
            {
                words.Add(word);
                continue;
            }

            settings.Add(word);
            if (!word.Contains('=', StringComparison.Ordinal) && i + 1 < arguments.Count)
            {
                settings.Add(arguments[++i]);
            }
        }

        return ([.. settings], [.. words]);
    }

    /// <summary>
    /// A message without the value of what was meant as a setting and is none where it stands, such as <c>-ConversionApi:Token=…</c>: it may be a secret, and what
    /// a container writes to standard error is kept.
    /// </summary>
    /// <param name="words">The words of the command, which the message may quote.</param>
    public static string WithoutValues(string message, IEnumerable<string> words) => words
        .Where(static word => word.IndexOf('=', StringComparison.Ordinal) is > 0 and var end && s_sectionSigns.Any(word[..end].Contains))
        .Aggregate(message, static (text, word) => text.Replace(word, $"{word.Split('=')[0]}=…", StringComparison.Ordinal));

    private static bool IsSetting(string word) =>
        word.StartsWith(Dashes, StringComparison.Ordinal)
        && (word.AsSpan().ContainsAny(":=") || s_withoutSection.Contains(word, StringComparer.OrdinalIgnoreCase));

    // .NET's other forms, Name=value and /Name=value, where no other word may stand; it throws at -Name=value
    // (https://learn.microsoft.com/dotnet/core/extensions/configuration-providers#command-line-configuration-provider).
    private static bool IsBareSetting(string word, List<string> words) =>
        words is ["serve", ..] && word.Contains('=', StringComparison.Ordinal) && !word.StartsWith('-');
}

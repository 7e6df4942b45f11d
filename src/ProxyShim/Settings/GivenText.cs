namespace ProxyShim.Settings;

/// <summary>The one rule for what comes from outside: what stands around a value is no part of it.</summary>
internal static class GivenText
{
    // Unresolved, or from an example. "replace_me" and its like stand in the manifests of config/sidecar.
    private static readonly string[] s_placeholders = ["replace-me", "replace_me", "changeme", "change-me", "change_me", "…", "${", "{{"];

    /// <summary>Without white space, line ends and invisible marks at its ends: files end in a line feed, and what is copied from a page brings the rest.</summary>
    public static string Trim(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsAround(text[start]))
        {
            start++;
        }

        while (end > start && IsAround(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary>Whether it stands in quotation marks, as <c>docker run --env-file</c> hands them on (https://github.com/docker/cli/issues/3630).</summary>
    public static bool IsQuoted(string text) => text is ['"', .., '"'] or ['\'', .., '\''];

    /// <summary>Whether an operator was to put a value of their own there.</summary>
    public static bool IsPlaceholder(string text) =>
        text is ['<', .., '>'] || s_placeholders.Any(placeholder => text.Contains(placeholder, StringComparison.OrdinalIgnoreCase));

    // A byte order mark and a zero-width space are no white space to .NET (https://learn.microsoft.com/dotnet/api/system.char.iswhitespace).
    private static bool IsAround(char character) => char.IsWhiteSpace(character) || character is '\uFEFF' or '\u200B';
}

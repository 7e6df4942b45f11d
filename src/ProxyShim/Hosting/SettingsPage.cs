using System.Text;
using ProxyShim.Settings;

namespace ProxyShim.Hosting;

/// <summary>The reference of all settings, in Markdown: what <c>proxyshim settings</c> prints and <c>config/settings.md</c> holds.</summary>
internal static class SettingsPage
{
    private const string Intro =
        """
        # Settings

        Made by `proxyshim settings > config/settings.md` from where each setting is read; a test holds it to that.

        They come from `appsettings.json` in the working directory, from a folder of files (`Secrets:Folder`: a file a setting), from environment variables and from the command line
        (`--Redis:Timeout=1s`); what comes later in this list wins. In names of variables and files `__` stands for `:`. White space and line ends around a value are no part of it, and an
        empty value counts as none. A list is written entry by entry (`Clicks__Keys__0`); its first entry replaces the whole default.

        Durations: `500ms`, `30s`, `15m`, `1h`, `3d`, also joined (`1h30m`) and as `days.hours:minutes:seconds` (`00:15:00`).

        They are read at start; what cannot be used ends the start with exit code 78 and is told all at once. A change of one that is marked *live* counts within seconds, without a restart, in
        `appsettings.json` and in the folder of secrets, also where Kubernetes swaps what it has mounted (it never swaps a `subPath`); environment variables and the command line are read at start only. A change
        that cannot be used changes nothing. An event `SettingWarning` says so, and of any other setting that its change waits for a restart.

        """;

    public static string Render(IReadOnlyList<SettingDescription> settings)
    {
        var page = new StringBuilder(Intro);
        foreach (var section in settings.GroupBy(SectionOf))
        {
            page.Append($"\n## {section.Key}\n\n| setting | takes | default | what it does | example |\n| --- | --- | --- | --- | --- |\n");
            foreach (var setting in section)
            {
                page.Append($"| `{setting.Key}` | {Cell(setting.Values)} | {DefaultOf(setting)} | {Cell(setting.About)}{(ReloadedSettings.Include(setting.Key) ? " *live*" : "")} | {ExampleOf(setting)} |\n");
            }
        }

        return page.ToString();
    }

    private static string SectionOf(SettingDescription setting) =>
        setting.Key.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? setting.Key[..end]
        : setting.Key.Contains('_', StringComparison.Ordinal) ? "Variables that other programs know as well"
        : "The process";

    private static string DefaultOf(SettingDescription setting) => setting.Default is SettingDescription.None or ['(', ..] ? setting.Default : $"`{Cell(setting.Default)}`";

    // A remark in brackets is none.
    private static string ExampleOf(SettingDescription setting) => setting.Example is ['(', ..]
        ? setting.Example
        : $"`{SettingsReader.VariableOf($"{setting.Key}:".Replace(":N:", ":0:", StringComparison.Ordinal)[..^1])}={Cell(setting.Example)}`";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}

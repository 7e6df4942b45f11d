namespace ProxyShim.Settings;

/// <summary>One setting, as it is declared where it is read.</summary>
/// <param name="Key">Its name, such as <c>Redis:Timeout</c>; an N in it stands for a number.</param>
/// <param name="Values">What it takes, with its range and unit.</param>
/// <param name="Default">What counts without it; in brackets what decides it.</param>
/// <param name="About">What it does, in a sentence or two.</param>
/// <param name="Example">A value.</param>
internal sealed record SettingDescription(string Key, string Values, string Default, string About, string Example)
{
    /// <summary>What stands for "none" among the defaults.</summary>
    public const string None = "none";

    /// <summary>The environment variable of that name.</summary>
    public string Variable => SettingsReader.VariableOf(Key);
}

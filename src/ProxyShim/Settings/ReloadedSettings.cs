namespace ProxyShim.Settings;

/// <summary>Which settings count without a restart, once their source is changed.</summary>
internal static class ReloadedSettings
{
    private static readonly string[] s_prefixes = ["Rollout:", "Management:Token"];

    public static bool Include(string key) => s_prefixes.Any(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}

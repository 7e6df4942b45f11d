using System.Globalization;

namespace ProxyShim.Benchmarks.Servers;

/// <summary>nginx with one of the configurations under Peers.</summary>
internal static class Nginx
{
    private static readonly string s_peers = Path.Combine(AppContext.BaseDirectory, "Peers");

    /// <summary>Fills in the configuration and says how to start it.</summary>
    public static Launch Prepare(string peer, Site site, IReadOnlyDictionary<string, string>? more = null)
    {
        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
        System.IO.Directory.CreateDirectory(site.Directory);
        var values = new Dictionary<string, string>(more ?? new Dictionary<string, string>())
        {
            ["PORT"] = Text(site.Port),
            ["REDIS_PORT"] = Text(site.RedisPort),
            ["CUSTOMER_PORT"] = Text(site.CustomerPort),
            ["CONVERSION_PORT"] = Text(site.ConversionPort),
            ["DIRECTORY"] = site.Directory,
            ["LOG"] = site.Log,
            ["PEER"] = Path.Combine(s_peers, peer),
            ["CREDENTIALS"] = Account.Basic,
            ["TOKEN"] = Account.Token,
            ["PSEUDONYM_KEY"] = Account.PseudonymKey,
        };
        var configuration = File.ReadAllText(Path.Combine(s_peers, peer, "nginx.conf"));
        foreach (var (name, value) in values)
        {
            configuration = configuration.Replace("${" + name + "}", value, StringComparison.Ordinal);
        }

        var file = Path.Combine(site.Directory, "nginx.conf");
        File.WriteAllText(file, configuration);
        // The modules directory is relative to nginx's own prefix, so that prefix stays.
        return Launch.Of("nginx", "-c", file, "-e", Path.Combine(site.Directory, "error.log"));
    }
}

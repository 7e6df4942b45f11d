using System.Globalization;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Contenders;

/// <summary>Who takes part. The first of a list is what the others are compared with.</summary>
internal sealed class Catalogue(LoadOptions options, Binaries binaries)
{
    public IReadOnlyList<Contender> Conversions() => Wanted(
        ("nginx + Lua + Redis", name => new Contender(name, site => Nginx.Prepare("NginxLua", site))),
        ("shim (native)", name => Shim(name, options.Shim ?? binaries.Native(Binaries.Shim))),
        ("shim (native), other", Other),
        ("shim (JIT)", name => Shim(name, options.ShimJit ?? binaries.Jit(Binaries.Shim))),
        ("shim, rewrite only", name => Shim(name, options.RewriteOnly ?? binaries.Native(Binaries.RewriteOnly)) with { IsShim = false }));

    public IReadOnlyList<Contender> Passthrough() => Wanted(
        ("plain YARP (native)", name => Yarp(name, binaries.Native(Binaries.PlainYarp))),
        ("plain YARP (JIT)", name => Yarp(name, binaries.Jit(Binaries.PlainYarp))),
        ("nginx", name => new Contender(name, site => Nginx.Prepare("NginxPassthrough", site))),
        ("shim (native)", name => Shim(name, options.Shim ?? binaries.Native(Binaries.Shim))),
        ("shim (native), other", Other),
        ("shim (JIT)", name => Shim(name, options.ShimJit ?? binaries.Jit(Binaries.Shim))));

    /// <summary>A creation that everybody forwards; the shim judges it besides.</summary>
    public IReadOnlyList<Contender> Shadow() => Wanted(
        ("plain YARP (native)", name => Yarp(name, binaries.Native(Binaries.PlainYarp))),
        ("shim (native), shadow", name => Shim(name, options.Shim ?? binaries.Native(Binaries.Shim), [.. Workload.Shadow.Settings])),
        ("shim (native), shadow, other", name => options.Other is { } other ? Shim(name, other, [.. Workload.Shadow.Settings]) : null));

    /// <summary>What keeping costs a write that is not kept: one look into the ledger.</summary>
    public IReadOnlyList<Contender> FollowUps() => Wanted(
        ("shim (native), nothing is kept", name => Shim(name, options.Shim ?? binaries.Native(Binaries.Shim), ("FollowUps__Mode", "PassThrough"))),
        ("shim (native), other", Other),
        ("shim (native)", name => Shim(name, options.Shim ?? binaries.Native(Binaries.Shim))));

    /// <summary>Names as in config/settings.md. What is not named here keeps its default, full guarantees and full logging included.</summary>
    /// <param name="more">What is set beside them, or instead.</param>
    public static Dictionary<string, string> ShimSettings(Site site, LoadOptions options, params IEnumerable<(string Name, string Value)> more)
    {
        var settings = new Dictionary<string, string>
        {
            ["Urls"] = Site.Local(site.Port),
            ["Management__Url"] = Site.Local(site.ManagementPort),
            ["Redis__ConnectionString"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{site.RedisPort}"),
            ["CustomerApi__Address"] = Site.Local(site.CustomerPort),
            ["CustomerApi__PublicKey"] = Account.PublicKey,
            ["CustomerApi__SecretKey"] = Account.SecretKey,
            ["ConversionApi__Address"] = Site.Local(site.ConversionPort),
            ["ConversionApi__Token"] = Account.Token,
            ["Privacy__PseudonymKey"] = Account.PseudonymKey,
        };
        if (options.Short)
        {
            // Rightness is asserted, not speed: a machine that stands still for a second must not turn a conversion into a fallback.
            settings["Redis__Timeout"] = settings["ConversionApi__AttemptTimeout"] = settings["ConversionApi__TotalTimeout"] = "00:01:00";
        }

        foreach (var (setting, value) in more)
        {
            settings[setting] = value;
        }

        return settings;
    }

    private IReadOnlyList<Contender> Wanted(params (string Name, Func<string, Contender?> Make)[] all) =>
        [.. all.Where(one => options.Wants(one.Name)).Select(one => one.Make(one.Name)).OfType<Contender>()];

    private static Contender Yarp(string name, string path)
    {
        var yarp = Program(name, path, site => new() { ["Urls"] = Site.Local(site.Port), ["CustomerApi__Address"] = Site.Local(site.CustomerPort) });
        return yarp with { Logs = false };
    }

    /// <summary>The shim with settings beside its usual ones.</summary>
    public Contender NativeShim(params (string Name, string Value)[] settings) => Shim("shim (native)", options.Shim ?? binaries.Native(Binaries.Shim), settings);

    private Contender? Other(string name) => options.Other is { } other ? Shim(name, other) : null;

    private Contender Shim(string name, string path, params (string Name, string Value)[] more)
    {
        var shim = Program(name, path, site => ShimSettings(site, options, more));
        return shim with { IsShim = true };
    }

    private static Contender Program(string name, string path, Func<Site, Dictionary<string, string>> environment)
    {
        var jit = path.EndsWith(".dll", StringComparison.Ordinal);
        return new Contender(name, site => new Launch(jit ? "dotnet" : path, jit ? [path] : [], environment(site))) { Binary = path };
    }
}

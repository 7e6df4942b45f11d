using System.Globalization;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Measure;

/// <summary>How busy the contender's core is with anybody's work: what is not the contender's own is a disturbance.</summary>
internal static class CoreUsage
{
    // proc(5): USER_HZ is 100 on every Linux that .NET runs on.
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(10);

    /// <summary>Time since boot in which that core was not idle, or was taken away by the hypervisor.</summary>
    public static TimeSpan OfContenderCore()
    {
        var name = $"cpu{Cores.Contender} ";
        // user nice system idle iowait irq softirq steal
        var ticks = File.ReadLines("/proc/stat").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..]
            .Split(' ').Take(8).Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return (ticks.Sum() - ticks[3] - ticks[4]) * s_tick;
    }
}

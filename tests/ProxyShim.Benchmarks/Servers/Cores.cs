using System.Globalization;

namespace ProxyShim.Benchmarks.Servers;

/// <summary>Which cores belong to whom: the last one to the contender alone, the others to the load generator, the upstream and Redis.</summary>
internal static class Cores
{
    private static readonly int s_last = Environment.ProcessorCount - 1;

    /// <summary>As <c>taskset -c</c> wants it.</summary>
    public static string Contender { get; } = s_last.ToString(CultureInfo.InvariantCulture);

    /// <summary>The one core of the open loop's thread.</summary>
    public const int Generator = 0;

    /// <summary>As <c>taskset -c</c> wants it. On a machine with one core everything shares it.</summary>
    public static string Others { get; } = s_last <= 1 ? "0" : $"0-{s_last - 1}";
}

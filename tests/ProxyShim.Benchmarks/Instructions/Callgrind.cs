using System.Globalization;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Instructions;

/// <summary>A program under <c>valgrind --tool=callgrind</c>: what it executes is counted, and the same on a busy machine as on a quiet one.</summary>
internal static class Callgrind
{
    private const string Label = "summary:";

    /// <summary>The same start, counted; the figure stands in <paramref name="folder"/> once the program has ended.</summary>
    public static Launch Of(Launch launch, string folder) => launch with
    {
        FileName = "valgrind",
        Arguments = ["--tool=callgrind", $"--callgrind-out-file={File(folder)}", launch.FileName, .. launch.Arguments],
    };

    /// <returns>User instructions of all threads from the program's start to its end.</returns>
    public static long Counted(string folder) => Read(File(folder));

    /// <summary>Counts from now on, and says what was counted since the last time, or since the start.</summary>
    /// <param name="process">The running program.</param>
    /// <param name="dumps">How often this was asked of it before.</param>
    public static async Task<long> NextAsync(int process, string folder, int dumps, CancellationToken cancellationToken)
    {
        var launch = Launch.Of("callgrind_control", "--dump", process.ToString(CultureInfo.InvariantCulture));
        await ChildProcess.RunAsync(launch, Cores.Others, Path.Combine(folder, "control.out"), cancellationToken);
        return Read(Dump(folder, dumps));
    }

    /// <summary>What <see cref="NextAsync"/> has read, for <c>callgrind_annotate</c>.</summary>
    public static string Dump(string folder, int dumps) => string.Create(CultureInfo.InvariantCulture, $"{File(folder)}.{dumps + 1}");

    private static long Read(string file)
    {
        var line = System.IO.File.ReadLines(file).First(line => line.StartsWith(Label, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(Label.Length), CultureInfo.InvariantCulture);
    }

    private static string File(string folder) => Path.Combine(folder, "callgrind.out");
}

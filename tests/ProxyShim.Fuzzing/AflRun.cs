using System.Diagnostics;
using System.Globalization;
using ProxyShim.Testing;

namespace ProxyShim.Fuzzing;

/// <summary>What afl-fuzz found on a surface.</summary>
/// <param name="Inputs">How many were read.</param>
/// <param name="Paths">Inputs that each took a way through the code that none had taken before.</param>
/// <param name="Crashes">The files of inputs that broke something.</param>
/// <param name="Hangs">The files of inputs that took more than five seconds; a busy machine stands still for one.</param>
/// <param name="FirstMemory">MiB that the reading process had in use at the beginning.</param>
/// <param name="MostMemory">And at most.</param>
internal sealed record AflRun(
    Surface Surface, long Inputs, long Paths, IReadOnlyList<string> Crashes, IReadOnlyList<string> Hangs, double FirstMemory, double MostMemory)
{
    /// <summary>MiB of the managed heap beyond which a reader breaks.</summary>
    public const int MostHeap = 128;

    /// <summary>MiB of the whole process: the heap, and as much again for the runtime and the code that counts its branches.</summary>
    public const int MemoryBound = 2 * MostHeap;

    private const int HangMilliseconds = 5000;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, string> s_environment = new()
    {
        ["AFL_NO_UI"] = "1",

        // It is a managed program, and dies by its own exceptions.
        ["AFL_SKIP_BIN_CHECK"] = "1",
        ["AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES"] = "1",
        ["AFL_SKIP_CPUFREQ"] = "1",
        ["AFL_NO_AFFINITY"] = "1",
        ["AFL_FORKSRV_INIT_TMOUT"] = "60000",
        ["DOTNET_GCHeapHardLimit"] = (MostHeap << 20).ToString("x", CultureInfo.InvariantCulture),

        // Else garbage of a processor's cache size would look like growth.
        ["DOTNET_GCgen0size"] = (4 << 20).ToString("x", CultureInfo.InvariantCulture),
        ["DOTNET_gcServer"] = "0",
    };

    /// <exception cref="InvalidOperationException">afl-fuzz has ended early; its last words are the message.</exception>
    public static async Task<AflRun> RunAsync(Surface surface, string program, FuzzOptions options, CancellationToken cancellationToken)
    {
        var output = Path.Combine(FuzzedProgram.Folder, surface.Name);
        string[] arguments =
        [
            "-i", surface.Folder, "-o", output, "-x", Path.Combine(Repository.Root, "tests", "ProxyShim.Fuzzing", "words.dict"), "-m", "none",
            "-t", HangMilliseconds.ToString(CultureInfo.InvariantCulture), "-V", options.Duration.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture),
            .. options.Seed is { } seed ? (string[])["-s", seed.ToString(CultureInfo.InvariantCulture)] : [],
            "--", "dotnet", program, "serve", surface.Name,
        ];
        var info = new ProcessStartInfo("afl-fuzz", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in s_environment)
        {
            info.Environment[name] = value;
        }

        using var afl = Process.Start(info)!;
        try
        {
            var words = Task.WhenAll(afl.StandardOutput.ReadToEndAsync(cancellationToken), afl.StandardError.ReadToEndAsync(cancellationToken));
            var (first, most) = await WatchMemoryAsync(afl, cancellationToken);
            var stats = Path.Combine(output, "default", "fuzzer_stats");
            if (afl.ExitCode != 0 || !File.Exists(stats))
            {
                throw new InvalidOperationException($"afl-fuzz has ended with {afl.ExitCode}: {string.Concat(await words)[^2000..]}");
            }

            var figures = (await File.ReadAllLinesAsync(stats, cancellationToken)).Select(static line => line.Split(':', 2, StringSplitOptions.TrimEntries))
                .ToDictionary(static pair => pair[0], static pair => pair[1]);
            long Figure(string name) => long.Parse(figures[name], CultureInfo.InvariantCulture);
            return new AflRun(surface, Figure("execs_done"), Figure("corpus_count"), Found(output, "crashes"), Found(output, "hangs"), first, most);
        }
        finally
        {
            if (!afl.HasExited)
            {
                afl.Kill(entireProcessTree: true);
            }
        }
    }

    private static async Task<(double First, double Most)> WatchMemoryAsync(Process afl, CancellationToken cancellationToken)
    {
        var (first, most) = (0.0, 0.0);
        var ended = afl.WaitForExitAsync(cancellationToken);
        while (!ended.IsCompleted)
        {
            await Task.WhenAny(ended, Task.Delay(s_look, TimeProvider.System, cancellationToken));
            var now = ReadingProcesses(afl.Id).Select(static process => process.Memory).DefaultIfEmpty().Max();
            (first, most) = (first == 0 ? now : first, Math.Max(most, now));
        }

        await ended;
        return (first, most);
    }

    // Those that SharpFuzz starts: afl-fuzz's grandchildren.
    private static IEnumerable<ProcessStatus> ReadingProcesses(int afl)
    {
        var all = ProcessStatus.All();
        return all.Where(server => server.Parent == afl).SelectMany(server => all.Where(one => one.Parent == server.Id));
    }

    private static string[] Found(string output, string what) =>
        [.. Directory.EnumerateFiles(Path.Combine(output, "default", what), "id:*").Order(StringComparer.Ordinal)];
}

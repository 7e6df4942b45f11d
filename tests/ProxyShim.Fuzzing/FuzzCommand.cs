using System.Globalization;
using ProxyShim.Testing;

namespace ProxyShim.Fuzzing;

/// <summary><c>-- run</c></summary>
internal sealed class FuzzCommand(FuzzOptions options)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    /// <returns>The exit code: 0, or 1 when something broke or hung.</returns>
    /// <exception cref="FormatException">afl-fuzz is missing.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(static folder => File.Exists(Path.Combine(folder, "afl-fuzz"))))
        {
            throw new FormatException("afl-fuzz is not on the path; on Debian: apt-get install afl++");
        }

        // afl-fuzz does not begin with an input that breaks something.
        var problems = options.Surfaces.SelectMany(static surface => surface.Seeds().Select(seed => ProblemOf(surface, seed)).OfType<string>()).ToList();
        if (problems.Count == 0)
        {
            var program = FuzzedProgram.Write();
            var runs = new AflRun[options.Surfaces.Count];
            await Parallel.ForAsync(
                0,
                runs.Length,
                new ParallelOptions { MaxDegreeOfParallelism = options.Jobs, CancellationToken = cancellationToken },
                async (i, cancellation) => runs[i] = await AflRun.RunAsync(options.Surfaces[i], program, options, cancellation));
            problems.AddRange(runs.SelectMany(static run => run.Crashes.Select(file => ProblemOf(run.Surface, file) ?? $"{file}: not once more, read alone")));
            var rows = new List<HardeningRow>();
            foreach (var run in runs)
            {
                // A machine that stands still for a moment looks like a hang.
                var hangs = await HangsAsync(run, cancellationToken);
                problems.AddRange(hangs.Select(static file => $"{file}: hangs, read alone"));
                rows.Add(RowOf(run, hangs.Count));
            }

            HardeningPart.Write("fuzzing", rows);
            problems.AddRange(rows.Where(static row => !row.IsHeld).Select(static row => $"{row}"));
        }

        problems.ForEach(Console.Error.WriteLine);
        return problems.Count == 0 ? 0 : 1;
    }

    private static async Task<IReadOnlyList<string>> HangsAsync(AflRun run, CancellationToken cancellationToken)
    {
        var hangs = new List<string>();
        foreach (var file in run.Hangs)
        {
            if (!await EndsAsync(run.Surface, file, cancellationToken))
            {
                hangs.Add(file);
            }
        }

        return hangs;
    }

    private static async Task<bool> EndsAsync(Surface surface, string file, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(() => surface.ProblemOf(File.ReadAllBytes(file)), cancellationToken).WaitAsync(s_timeout, TimeProvider.System, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static string? ProblemOf(Surface surface, string file) => surface.ProblemOf(File.ReadAllBytes(file)) is { } problem ? $"{file}: {problem}" : null;

    private HardeningRow RowOf(AflRun run, int hangs)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{run.Surface.Name}: {run.Inputs:N0} inputs, {run.Paths:N0} paths, {run.Crashes.Count} crashes, {hangs} hangs, {run.MostMemory:F0} MiB"));
        return new(
            string.Create(CultureInfo.InvariantCulture, $"reader of {run.Surface.Name}, fuzzed by coverage for {options.Duration.TotalSeconds:F0} s"),
            run.Inputs, run.Crashes.Count, Own5xx: null, hangs, run.FirstMemory, run.MostMemory, AflRun.MemoryBound);
    }
}

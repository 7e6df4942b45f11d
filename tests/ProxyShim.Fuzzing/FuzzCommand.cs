using System.Globalization;
using System.Text;

namespace ProxyShim.Fuzzing;

/// <summary><c>-- run</c></summary>
internal sealed class FuzzCommand(FuzzOptions options)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

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
            await WriteAsync(runs);
            problems.AddRange(runs.SelectMany(static run => run.Crashes.Select(file => ProblemOf(run.Surface, file) ?? $"{file}: not once more, read alone")));

            // A machine that stands still for a moment looks like a hang.
            foreach (var (surface, file) in runs.SelectMany(static run => run.Hangs.Select(file => (run.Surface, file))))
            {
                if (!await EndsAsync(surface, file, cancellationToken))
                {
                    problems.Add($"{file}: hangs, read alone");
                }
            }
        }

        problems.ForEach(Console.Error.WriteLine);
        return problems.Count == 0 ? 0 : 1;
    }

    private static async Task<bool> EndsAsync(Surface surface, string file, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(() => surface.ProblemOf(File.ReadAllBytes(file)), cancellationToken).WaitAsync(s_patience, TimeProvider.System, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static string? ProblemOf(Surface surface, string file) => surface.ProblemOf(File.ReadAllBytes(file)) is { } problem ? $"{file}: {problem}" : null;

    private async Task WriteAsync(IEnumerable<AflRun> runs)
    {
        var page = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"{options.Duration.TotalSeconds:F0} s of each surface, {options.Jobs} at once.")
            .AppendLine(CultureInfo.InvariantCulture, $"A crash is an exception, a broken promise of the reader, or more than {AflRun.MostHeap} MiB of heap.")
            .AppendLine()
            .AppendLine("| surface | inputs | paths | crashes | hangs | memory, MiB |")
            .AppendLine("| --- | --: | --: | --: | --: | --: |");
        foreach (var run in runs)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {run.Surface.Name} | {run.Inputs:N0} | {run.Paths:N0} | {run.Crashes.Count} | {run.Hangs.Count} ")
                .AppendLine(CultureInfo.InvariantCulture, $"| {run.FirstMemory:F0} → {run.MostMemory:F0} |");
        }

        Console.Write(page);
        if (options.Report is { } file)
        {
            await File.WriteAllTextAsync(file, page.ToString());
        }
    }
}

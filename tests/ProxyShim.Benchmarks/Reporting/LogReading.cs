using System.ComponentModel;
using System.Globalization;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Reporting;

/// <summary>What it cost a program to read a log to its end.</summary>
/// <param name="Elapsed">From its start to its end.</param>
/// <param name="Processor">The kernel's account of its processor time, as last seen before its end.</param>
/// <param name="PeakMemory">MiB resident at most (VmHWM), likewise.</param>
/// <param name="Output">What it printed.</param>
internal sealed record LogReading(TimeSpan Elapsed, TimeSpan Processor, double PeakMemory, string Output)
{
    // An ended process tells nothing any more; what it did after the last look is lost.
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    public static async Task<LogReading> RunAsync(Launch launch, string output, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var process = ChildProcess.Start(launch, Cores.Contender, output);
        var (processor, peak) = (TimeSpan.Zero, 0.0);
        while (!process.HasExited)
        {
            (processor, peak) = Look(process.Id) ?? (processor, peak);
            await Task.Delay(s_look, TimeProvider.System, cancellationToken);
        }

        var elapsed = TimeProvider.System.GetElapsedTime(started);
        var text = await File.ReadAllTextAsync(output, cancellationToken);
        return text.Length > 0 ? new LogReading(elapsed, processor, peak, text) : throw new InvalidOperationException($"{launch.FileName} printed nothing\n{process.Complaints()}");
    }

    // Null when it ended meanwhile.
    private static (TimeSpan Processor, double Peak)? Look(int process)
    {
        const string Label = "VmHWM:";
        try
        {
            var id = process.ToString(CultureInfo.InvariantCulture);
            return File.ReadLines($"/proc/{id}/status").FirstOrDefault(line => line.StartsWith(Label, StringComparison.Ordinal)) is { } peak
                ? (ProcessUsage.Of(process).Total, double.Parse(peak[Label.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024)
                : null;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}

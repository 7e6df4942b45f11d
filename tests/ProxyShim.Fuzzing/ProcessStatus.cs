using System.Globalization;

namespace ProxyShim.Fuzzing;

/// <summary>A process, as the kernel tells it.</summary>
/// <param name="Memory">MiB in use.</param>
internal readonly record struct ProcessStatus(int Id, int Parent, double Memory)
{
    public static IReadOnlyList<ProcessStatus> All() =>
        [.. Directory.EnumerateDirectories("/proc").Where(static folder => int.TryParse(Path.GetFileName(folder), out _)).Select(Read).OfType<ProcessStatus>()];

    private static ProcessStatus? Read(string folder)
    {
        try
        {
            var lines = File.ReadAllLines(Path.Combine(folder, "status"));
            long Number(string name) => lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
                ? long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
                : 0;
            return new ProcessStatus((int)Number("Pid:"), (int)Number("PPid:"), Number("VmRSS:") / 1024.0);
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return null;
        }
    }
}

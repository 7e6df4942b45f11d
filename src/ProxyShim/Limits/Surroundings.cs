using System.Globalization;

namespace ProxyShim.Limits;

/// <summary>What the process is given by the platform that runs it.</summary>
internal static class Surroundings
{
    private const string Groups = "/sys/fs/cgroup";

    /// <summary>The container's limit, in bytes; without one what the runtime sees.</summary>
    /// <remarks>Read from the control group (https://docs.kernel.org/admin-guide/cgroup-v2.html): in a container the runtime tells of the heap's share only,
    /// three quarters
    /// (https://learn.microsoft.com/dotnet/core/runtime-config/garbage-collector#heap-limit).</remarks>
    public static long Memory => LimitFiles().Select(ReadNumber).OfType<long>().Append(long.MaxValue).Min() is var limit && limit < Machine
        ? limit
        : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>How many files it may have open.</summary>
    public static long Descriptors => FieldOf("/proc/self/limits", "Max open files") ?? int.MaxValue;

    // What has no limit has one above all memory.
    private static long Machine => FieldOf("/proc/meminfo", "MemTotal:") * 1024 ?? long.MaxValue;

    // Of version 2 and 1, of the process's own group and its parents; within a container the first path is often not there, and the root is its own.
    private static IEnumerable<string> LimitFiles()
    {
        foreach (var line in Lines("/proc/self/cgroup"))
        {
            var (root, file) = line.StartsWith("0::", StringComparison.Ordinal) ? (Groups, "memory.max")
                : line.Contains(":memory:", StringComparison.Ordinal) ? ($"{Groups}/memory", "memory.limit_in_bytes")
                : (null, "");
            for (var path = line[(line.LastIndexOf(':') + 1)..]; root is not null; path = path[..Math.Max(0, path.LastIndexOf('/'))])
            {
                yield return $"{root}{path.TrimEnd('/')}/{file}";
                if (path.Length == 0)
                {
                    break;
                }
            }
        }
    }

    private static long? ReadNumber(string file) =>
        Lines(file) is [var text, ..] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long? FieldOf(string file, string label) =>
        Array.Find(Lines(file), line => line.StartsWith(label, StringComparison.Ordinal)) is { } line
        && long.TryParse(line[label.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

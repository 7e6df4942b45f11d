using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A control group with so much memory and no more, as a container has.</summary>
public sealed class MemoryGroup : IDisposable
{
    // Version 2, or version 1.
    private static readonly (string Root, string Limit, string Peak)[] s_kinds =
    [
        ("/sys/fs/cgroup", "memory.max", "memory.peak"), ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes"),
    ];

    private readonly string _folder;

    private MemoryGroup(string folder) => _folder = folder;

    /// <summary>A line of shell that puts whoever runs it into the group.</summary>
    public string Enter => $"echo $$ > {_folder}/cgroup.procs";

    /// <summary>Makes one; where none can be made the test is skipped aloud.</summary>
    public static MemoryGroup Create(long bytes)
    {
        foreach (var (root, limit, _) in s_kinds)
        {
            var folder = $"{root}/proxyshim-test-{Environment.ProcessId}-{Guid.NewGuid():N}";
            try
            {
                if (!File.Exists($"{root}/cgroup.procs"))
                {
                    continue;
                }

                Directory.CreateDirectory(folder);
                if (File.Exists($"{folder}/{limit}"))
                {
                    File.WriteAllText($"{folder}/{limit}", $"{bytes}");
                    return new MemoryGroup(folder);
                }

                Directory.Delete(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not ours to make.
            }
        }

        Require.That(false, "no control group with a memory limit can be made", "run as root, with the memory controller");
        throw new InvalidOperationException();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            // A directory of the kernel's: its files go with it.
            Directory.Delete(_folder);
        }
        catch (IOException)
        {
            // Its last process has not been reaped yet; an empty group costs nothing.
        }
    }
}

using System.Diagnostics;
using System.Globalization;

namespace ProxyShim.Benchmarks.Measure;

/// <summary>What the kernel accounts to a process and its children: processor time of all threads, user and system, in steps of 10 ms (proc(5)).</summary>
/// <param name="User">Processor time in user space.</param>
/// <param name="System">Processor time in the kernel on the process's behalf. Sending over loopback includes the receiver's half of the TCP stack.</param>
internal readonly record struct ProcessUsage(TimeSpan User, TimeSpan System)
{
    public TimeSpan Total => User + System;

    public static ProcessUsage Of(int process) => Tree(process).Aggregate(default(ProcessUsage), (sum, id) =>
    {
        using var one = Process.GetProcessById(id);
        return new ProcessUsage(sum.User + one.UserProcessorTime, sum.System + one.PrivilegedProcessorTime);
    });

    public static ProcessUsage operator -(ProcessUsage after, ProcessUsage before) => new(after.User - before.User, after.System - before.System);

    /// <summary>Resident memory and, shared pages split among their users, the proportional set; MiB.</summary>
    public static (double Resident, double Proportional) Memory(int process) => Tree(process).Aggregate((0.0, 0.0), (sum, id) =>
    {
        var lines = File.ReadAllLines($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/smaps_rollup");
        double MiB(string name) => double.Parse(lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
        return (sum.Item1 + MiB("Rss:"), sum.Item2 + MiB("Pss:"));
    });

    private static IEnumerable<int> Tree(int process)
    {
        var id = process.ToString(CultureInfo.InvariantCulture);
        var children = File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return children.SelectMany(child => Tree(int.Parse(child, CultureInfo.InvariantCulture))).Prepend(process);
    }
}

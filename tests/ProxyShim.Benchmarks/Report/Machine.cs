using System.Globalization;
using System.Runtime.InteropServices;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Report;

/// <summary>Where and with what the figures were taken: without it they mean nothing.</summary>
internal static class Machine
{
    public static async Task<IReadOnlyList<string>> DescribeAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        async Task<string> FirstLineAsync(string program, params string[] arguments)
        {
            var output = Path.GetTempFileName();
            await using var process = ChildProcess.Start(Launch.Of(program, arguments), Cores.Others, output);
            await Until.TrueAsync(program, () => Task.FromResult(process.HasExited), process.Complaints, cancellationToken);
            var lines = File.ReadAllLines(output).Concat(File.ReadAllLines(output + ".err"));
            return lines.FirstOrDefault(line => line.Length > 0) ?? "unknown";
        }

        string Value(string file, string name) => File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
        return
        [
            $"Date: {time.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)}, commit {await FirstLineAsync("git", "rev-parse", "--short", "HEAD")}",
            $"Machine: {Value("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores, {Value("/proc/meminfo", "MemTotal")}; contender on core {Cores.Contender}, load generator, upstream and Redis on {Cores.Others}",
            $"{RuntimeInformation.OSDescription}, kernel {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}; .NET {Environment.Version}",
            $"{await FirstLineAsync("nginx", "-v")}; {await FirstLineAsync("redis-server", "--version")}; {await FirstLineAsync("wrk", "-v")}",
        ];
    }
}

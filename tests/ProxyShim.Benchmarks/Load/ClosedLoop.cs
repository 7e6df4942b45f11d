using System.Globalization;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Load;

/// <summary>What wrk saw: as many requests as its connections can carry, each sent when the one before is answered.</summary>
/// <param name="Requests">Answered.</param>
/// <param name="Failures">Answers of 400 or above, broken connections and timeouts.</param>
/// <param name="NextKey">The first customer that no request has named.</param>
internal sealed record ClosedLoop(long Requests, TimeSpan Elapsed, long Failures, int NextKey)
{
    private static readonly string s_script = Path.Combine(AppContext.BaseDirectory, "Load", "requests.lua");

    public double Rate => Requests / Elapsed.TotalSeconds;

    public static async Task<ClosedLoop> RunAsync(Site site, Workload workload, int firstKey, int connections, TimeSpan duration, CancellationToken cancellationToken)
    {
        var template = Path.Combine(site.Directory, $"{workload.Name}.http");
        workload.Template.Save(template);
        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
        // A timeout far beyond what wrk takes by default: a busy machine is no failure.
        var launch = Launch.Of("wrk", "-t1", "-c", Text(connections), "-d", $"{Text((int)duration.TotalSeconds)}s", "--timeout", "30s", "-s", s_script, site.Address.ToString(), "--", template, Text(firstKey));
        return Parse(await ChildProcess.RunAsync(launch, Cores.Others, Path.Combine(site.Directory, "wrk.out"), cancellationToken));
    }

    private static ClosedLoop Parse(string output)
    {
        var result = output.Split('\n').First(line => line.StartsWith("RESULT ", StringComparison.Ordinal));
        var fields = result.Split(' ').Skip(1).Select(field => field.Split('=')).ToDictionary(field => field[0], field => long.Parse(field[1], CultureInfo.InvariantCulture));
        return new ClosedLoop(fields["requests"], TimeSpan.FromMicroseconds(fields["microseconds"]), fields["status"] + fields["socket"] + fields["timeout"], (int)fields["next"]);
    }
}

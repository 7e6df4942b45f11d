using System.Globalization;
using System.Net;
using ProxyShim.Benchmarks.Contenders;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Report;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Instructions;

/// <summary><c>-- shim-instructions</c>: what the shim's native binary executes for a request of each kind that it handles in another way.</summary>
internal sealed class ShimInstructions(InstructionOptions options)
{
    // Until what the start has left is where it stays: the collections that move it cost as much as 20,000 instructions for each of a thousand requests.
    private const int Before = 2500;

    // What it does by the clock, request or not, is counted by itself and taken off: a program that is counted takes some twenty milliseconds for a request.
    // The least of some windows counts: in others it does what comes once in minutes, such as giving memory back, which weighs as much as a hundred requests.
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(4);

    private const int IdleWindows = 3;

    private static readonly Workload[] s_workloads = [Workload.Conversion, Workload.Passthrough, Workload.Post, Workload.FollowUp, Workload.Shadow];

    // Of the short form the settings count: a program that is counted is some fifty times slower, and shall not run into a time-out.
    private readonly LoadOptions _load = LoadOptions.Parse(["--short"]);

    private readonly int _calls = options.Calls ?? 500;

    /// <returns>The exit code.</returns>
    /// <exception cref="FormatException">A program is missing.</exception>
    /// <exception cref="InvalidOperationException">A request was answered wrongly.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Prerequisites.Check("apt-get install valgrind redis-server nginx util-linux", "valgrind", "redis-server", "nginx", "taskset");
        var rows = new List<IReadOnlyList<string>>();
        var shim = options.Counted ?? new Binaries().Native(Binaries.Shim);
        await using (var rig = await Rig.StartAsync(_load, Rig.FirstKey + Before + _calls, TimeSpan.Zero, cancellationToken))
        {
            foreach (var workload in s_workloads.Where(workload => options.Workloads.Count == 0 || options.Workloads.Any(workload.Name.Contains)))
            {
                var counted = await CountAsync(rig, shim, "shim", workload, cancellationToken);
                rows.Add(InstructionTable.Row(workload.Name, counted, options.Other is { } other ? await TryCountAsync(rig, other, workload, cancellationToken) : null));
            }
        }

        Console.Write(new Markdown()
            .Heading(2, "The shim's instructions")
            .Paragraph(string.Create(
                CultureInfo.InvariantCulture,
                $"Executed by the shim for one request (`valgrind --tool=callgrind`, all threads, user space): {_calls} requests after {Before} others, one after another on one connection, less what it executes in the same time without any. A binary from before there were follow-ups passes them through like any post; one that refuses a kind's settings has a dash."))
            .Table(InstructionTable.Head(options.Other is not null), rows));
        return 0;
    }

    // Not a number where it ends at the start, since it does not know the settings.
    private async Task<double> TryCountAsync(Rig rig, string shim, Workload workload, CancellationToken cancellationToken)
    {
        try
        {
            return await CountAsync(rig, shim, "other", workload, cancellationToken);
        }
        catch (InvalidOperationException refusal) when (workload.Settings.Count > 0)
        {
            await Console.Error.WriteLineAsync(refusal.Message);
            return double.NaN;
        }
    }

    private async Task<double> CountAsync(Rig rig, string shim, string name, Workload workload, CancellationToken cancellationToken)
    {
        var site = rig.NextSite();

        // Away from its debug symbols, which valgrind would read, and may not understand.
        var alone = Path.Combine(site.Directory, "proxyshim");
        File.Copy(shim, alone);
        var contender = new Contender("shim (counted)", at => Callgrind.Of(Launch.Of(alone), at.Directory).Alone(Catalogue.ShimSettings(at, _load, workload.Settings)));
        await using var redis = await rig.StartRedisAsync(cancellationToken);
        await using var running = await RunningContender.StartAsync(contender, site, workload, cancellationToken);
        using var connection = new Connection(new IPEndPoint(IPAddress.Loopback, site.Port), workload.Template);
        var (key, dumps) = (Rig.FirstKey, 0);
        await WindowAsync(Before);
        var busy = await WindowAsync(_calls);
        if (options.Dumps is { } folder)
        {
            File.Copy(Callgrind.Dump(site.Directory, dumps - 1), Path.Combine(Directory.CreateDirectory(folder).FullName, $"{workload.Name}.{name}".Replace(' ', '-')), overwrite: true);
        }

        var idle = double.MaxValue;
        for (var window = 0; window < IdleWindows; window++)
        {
            var (instructions, elapsed) = await WindowAsync(0);
            idle = Math.Min(idle, instructions / elapsed.TotalSeconds);
        }

        return (busy.Instructions - idle * busy.Elapsed.TotalSeconds) / _calls;

        async Task<(double Instructions, TimeSpan Elapsed)> WindowAsync(int requests)
        {
            var started = TimeProvider.System.GetTimestamp();
            var seen = await rig.End(workload).SeenAsync();
            for (var end = key + requests; key < end; key++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                connection.Ask(key);
            }

            var arrived = (await rig.End(workload).SeenAsync()).Requests - seen.Requests - 1;
            if (arrived != requests)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"of {requests} requests {arrived} arrived"));
            }

            if (requests == 0)
            {
                await Task.Delay(s_idle, TimeProvider.System, cancellationToken);
            }

            var instructions = await Callgrind.NextAsync(running.Id, site.Directory, dumps++, cancellationToken);
            return (instructions, TimeProvider.System.GetElapsedTime(started));
        }
    }
}

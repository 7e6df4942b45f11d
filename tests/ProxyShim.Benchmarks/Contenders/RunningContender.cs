using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyShim.Benchmarks.Load;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Contenders;

/// <summary>A contender that has answered its first request rightly.</summary>
internal sealed class RunningContender : IAsyncDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);
    private readonly ChildProcess _process;

    private RunningContender(ChildProcess process, TimeSpan toFirstAnswer) => (_process, ToFirstAnswer) = (process, toFirstAnswer);

    public int Id => _process.Id;

    /// <summary>From just before the process was started to its first right answer, a conversion where the workload converts.</summary>
    public TimeSpan ToFirstAnswer { get; }

    /// <exception cref="InvalidOperationException">It ended, or gave no right answer within a minute.</exception>
    public static Task<RunningContender> StartAsync(Contender contender, Site site, Workload workload, CancellationToken cancellationToken) =>
        Task.Run(() => Start(contender, site, workload, cancellationToken), cancellationToken);

    /// <summary>Ends it and counts the requests in its log.</summary>
    public async Task<long> StopAsync(Site site)
    {
        await _process.DisposeAsync();
        return File.ReadLines(site.Log).LongCount(line => line.Contains("\"RequestHandled\"", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        // The log of a run is as long as the run is fast.
        File.Delete(_process.Output);
    }

    private static async Task<RunningContender> Start(Contender contender, Site site, Workload workload, CancellationToken cancellationToken)
    {
        var launch = contender.Prepare(site);
        var target = new IPEndPoint(IPAddress.Loopback, site.Port);
        var started = TimeProvider.System.GetTimestamp();
        var process = ChildProcess.Start(launch, Cores.Contender, site.Log);
        for (var key = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            if (process.HasExited || elapsed > s_timeout)
            {
                var complaints = process.Complaints();
                await process.DisposeAsync();
                throw new InvalidOperationException($"{contender.Name} gave no right answer within {elapsed}\n{complaints}");
            }

            try
            {
                using var connection = new Connection(target, workload.Template);
                connection.Ask(key);
                if (connection.Succeeded && (!workload.Converts || connection.Answer.IndexOf(Encoding.ASCII.GetBytes(RequestTemplate.Key(key))) >= 0))
                {
                    return new RunningContender(process, TimeProvider.System.GetElapsedTime(started));
                }

                // Answered by the Customer API: the next customer is a new chance, this one may be settled.
                key = (key + 1) % Rig.FirstKey;
            }
            catch (Exception error) when (error is SocketException or EndOfStreamException)
            {
                // Not listening yet. Asked again after a moment that is short beside what is measured, and leaves the core to others.
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
            }
        }
    }
}

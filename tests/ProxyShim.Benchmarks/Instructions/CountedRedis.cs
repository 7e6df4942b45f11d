using System.Globalization;
using System.Net.Sockets;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Instructions;

/// <summary>A redis-server under callgrind: what it executes is counted, and the same on a busy machine as on a quiet one.</summary>
internal static class CountedRedis
{
    /// <summary>Starts an empty server, lets <paramref name="work"/> use it, and ends it.</summary>
    /// <returns>Instructions from its start to its end.</returns>
    public static async Task<long> RunAsync(string folder, Action<RespConnection> work, CancellationToken cancellationToken)
    {
        var port = Ports.Take(1)[0];

        // Its housekeeping goes by the clock: at once a second next to nothing is counted of it.
        await using var process = ChildProcess.Start(
            Callgrind.Of(
                Launch.Of(
                    "redis-server", "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", folder, "--save", "",
                    "--hz", "1", "--dynamic-hz", "no"),
                folder),
            Cores.Others,
            Path.Combine(folder, "redis.out"));
        RespConnection? connection = null;
        await Until.TrueAsync("redis", () => Task.FromResult((connection = TryConnect(port)) is not null), process.Complaints, cancellationToken);
        using (connection)
        {
            work(connection!);
            connection!.ShutDown();
            await Until.TrueAsync("redis's end", () => Task.FromResult(process.HasExited), process.Complaints, cancellationToken);
        }

        return Callgrind.Counted(folder);
    }

    private static RespConnection? TryConnect(int port)
    {
        try
        {
            return new RespConnection(port);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}

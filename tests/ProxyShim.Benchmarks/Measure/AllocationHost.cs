using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ShimCommandLine = ProxyShim.Hosting.Commands.CommandLine;

namespace ProxyShim.Benchmarks.Measure;

/// <summary><c>-- host PORT</c>: the shim inside this program, which tells on a port of its own how many bytes it has allocated. Settings as ever, from the environment.</summary>
internal static class AllocationHost
{
    public static int Run(int port)
    {
        _ = TellAsync(port);
        return (int)typeof(ShimCommandLine).Assembly.EntryPoint!.Invoke(null, [Array.Empty<string>()])!;
    }

    /// <summary>Bytes allocated since the start by the host that tells them on a port.</summary>
    public static async Task<long> AskAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        using var reader = new StreamReader(client.GetStream());
        return long.Parse(await reader.ReadToEndAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    private static async Task TellAsync(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture)));
        }
    }
}

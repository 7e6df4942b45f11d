using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.EndToEnd.Limits;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Lifetime;

/// <summary>Limits that somebody has set far above the memory: the first allocation that fails is the process's end, and whoever supervises it sees that it was no orderly one.</summary>
public sealed class MemoryEndTests
{
    private const int Aborted = 128 + 6;

    // At a hard limit of the heap the runtime's own collector may fault before it can throw (.NET 10.0.12: one run in ten): an end too, mostly without our line.
    private const int Faulted = 128 + 11;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("creations held back")]
    [InlineData("heads without end")]
    public async Task The_end_of_memory_is_the_end_of_the_process(string what)
    {
        Require.That((await PublishedShim.LocateAsync()).IsNative, "the runtime of the managed build needs that heap itself", Linker.Remedy);
        await using var shim = await ShimProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["CustomerApi:Address"] = $"http://127.0.0.1:{FreePort.Next()}",
                ["CustomerApi:PublicKey"] = Flood.PublicKey,
                ["CustomerApi:SecretKey"] = Flood.SecretKey,
                ["ConversionApi:Token"] = "tok_vendor",
                ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
                ["Limits:Connections"] = "100000",
                ["Limits:RequestsInFlight"] = "100000",
                ["Limits:BufferedBytes"] = "2000000000",

                // A heap that ends long before the machine's memory does.
                ["DOTNET_GCHeapHardLimit"] = (24 << 20).ToString("x", CultureInfo.InvariantCulture),
            },
            Cancellation);
        var flood = Flood.All.First(flood => flood.What == what);
        var sockets = new ConcurrentBag<Socket>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        over.CancelAfter(s_limit);

        var opening = flood.OpenAsync(shim.Address, "", sockets, over.Token);
        var code = await shim.WaitForExitAsync(Cancellation);

        await over.CancelAsync();
        await opening;
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }

        Assert.Contains(code, new[] { Aborted, Faulted });
        Assert.True(code == Faulted || shim.Errors.Any(static line => line.Contains("Out of memory: the shim ends", StringComparison.Ordinal)), shim.Describe());
    }
}

using System.Net;
using System.Net.Sockets;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Limits;

/// <summary>More connections than the process may have files: it is told in a line, costs no processor, and health answers.</summary>
[RedisSuite]
public sealed class DescriptorTests(TestRedis redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    public async Task Connections_beyond_the_files_are_closed_and_health_answers(int files)
    {
        Require.Program("prlimit", "util-linux");
        var binary = await PublishedShim.LocateAsync();
        Require.That(binary.IsNative, "the native binary's files are counted", Linker.Remedy);
        await using var stand = await Stand.StartAsync(redis, Cancellation);
        using var folder = new TemporaryFolder();
        await using var shim = ShimProcess.Launch(
            await WrappedShim.WriteAsync(folder, $"exec prlimit --nofile={files} \"$SHIM\"", Cancellation), stand.SettingsWith(("Delivery:Concurrency", "4")));
        await shim.WaitUntilReadyAsync(Cancellation);

        var flood = new List<Socket>();
        try
        {
            for (var number = 0; number < 2 * files; number++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                flood.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, shim.Address.Port, Cancellation);
            }

            await shim.WaitForLogAsync(
                "it is told", line => line.TryGetProperty("Part", out var part) && part.GetString() == "capacity", Cancellation);
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
            foreach (var page in new[] { "/healthz/live", "/healthz/ready", "/metrics" })
            {
                using var answer = await client.GetAsync(new Uri(shim.Management, page), Cancellation);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }

            Assert.Single(shim.Log, line => line.TryGetProperty("Part", out var part) && part.GetString() == "capacity");
        }
        finally
        {
            flood.ForEach(socket => socket.Dispose());
        }
    }
}

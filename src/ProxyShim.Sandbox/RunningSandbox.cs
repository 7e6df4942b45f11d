using System.Net;
using ProxyShim.Sandbox.DemoSite;
using ProxyShim.Sandbox.PartnerStack;
using ProxyShim.Sandbox.Shim;
using ProxyShim.Sandbox.Terminal;
using ProxyShim.Sandbox.Tour;
using StackExchange.Redis;

namespace ProxyShim.Sandbox;

/// <summary>All parts, started: each on the port people can remember, or on a free one.</summary>
internal sealed class RunningSandbox : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = new();

    // The shim's log stays there afterwards, for a user who wants to know what it said.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("proxyshim-sandbox-");

    private IDatabase? _clicks;

    private RunningSandbox()
    {
    }

    public EmbeddedRedis Redis { get; private set; } = null!;

    public SimulatedPartnerStack PartnerStack { get; private set; } = null!;

    public DemoServer Site { get; private set; } = null!;

    public ShimProcess Shim { get; private set; } = null!;

    /// <summary>What the vendor's site does with a customer's click: it stands in Redis from then on.</summary>
    public Task KeepClickAsync(string customerKey, string click) => _clicks!.StringSetAsync(ClickKey.Of(customerKey), click);

    private string RedisFolder => Path.Combine(_folder.FullName, "redis");

    /// <exception cref="ShimEndedException">The shim did not start.</exception>
    /// <exception cref="TimeoutException">The shim is not ready in time.</exception>
    public static async Task<RunningSandbox> StartAsync(SandboxArguments arguments, Screen screen, CancellationToken cancellationToken)
    {
        var sandbox = new RunningSandbox();
        try
        {
            await sandbox.StartPartsAsync(arguments, screen, cancellationToken);
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the last one first.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
        {
            await part.DisposeAsync();
        }

        if (Directory.Exists(RedisFolder))
        {
            Directory.Delete(RedisFolder, recursive: true);
        }
    }

    private async Task StartPartsAsync(SandboxArguments arguments, Screen screen, CancellationToken cancellationToken)
    {
        Redis = Keep(await Ports.StartAsync(() => Task.FromResult(EmbeddedRedis.Start(Ports.IfFree(Ports.Redis), RedisFolder))));
        _clicks = Keep(await ConnectionMultiplexer.ConnectAsync(Redis.ConnectionString)).GetDatabase();
        PartnerStack = Keep(await Ports.StartAsync(() => SimulatedPartnerStack.StartAsync(
            new()
            {
                Lag = arguments.Lag,
                CustomerApiPort = Ports.IfFree(Ports.CustomerApi),
                ConversionApiPort = Ports.IfFree(Ports.ConversionApi),
                ControlPort = Ports.IfFree(Ports.Control),
                KeepClick = KeepClickAsync,
                Guide = _ => Guide.Of(this),
            },
            cancellationToken)));
        await SampleClicks.PlantAsync(_clicks, PartnerStack);
        Site = Keep(await Ports.StartAsync(
            () => DemoServer.StartAsync(new(IPAddress.Loopback, Ports.IfFree(Ports.DemoSite)), PartnerStack, () => Shim.Endpoints, screen, cancellationToken)));
        Shim = Keep(await Ports.StartAsync(() => ShimProcess.StartAsync(
            Redis, PartnerStack, Site.Address, new ShimLog(Path.Combine(_folder.FullName, "shim.log"), arguments.ShowLog ? screen : null), cancellationToken)));
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Push(part);
        return part;
    }
}

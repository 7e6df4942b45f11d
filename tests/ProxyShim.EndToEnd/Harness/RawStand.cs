using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>A shim in front of a Customer API that shows every byte. Nobody converts here, and Redis is away.</summary>
public class RawStand : IAsyncLifetime
{
    private readonly string _mode;
    private ShimProcess? _shim;
    private HardeningTrial? _trial;

    /// <summary>As usual.</summary>
    public RawStand()
        : this("Live")
    {
    }

    /// <summary>In another mode of the rollout.</summary>
    protected RawStand(string mode) => _mode = mode;

    /// <summary>The Customer API.</summary>
    public RawUpstream Upstream { get; } = new();

    /// <summary>The shim.</summary>
    public ShimProcess Shim => _shim!;

    /// <summary>Connects as a legacy app.</summary>
    public Task<RawConnection> OpenAsync(CancellationToken cancellation) => RawConnection.OpenAsync(Shim.Address, cancellation);

    /// <summary>Sends bytes on a connection of their own and reads the first answer.</summary>
    /// <param name="request">The whole request, one character a byte.</param>
    public async Task<RawMessage> AskAsync(string request, CancellationToken cancellation, bool hasBody = true)
    {
        using var connection = await OpenAsync(cancellation);
        await connection.SendAsync(request, cancellation);
        return await connection.ReadAsync(cancellation, hasBody);
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _shim = await ShimProcess.StartAsync(
            new Dictionary<string, string>
            {
                ["CustomerApi:Address"] = Upstream.Address.OriginalString,
                ["CustomerApi:PublicKey"] = "pk_vendor",
                ["CustomerApi:SecretKey"] = "sk_vendor",
                ["ConversionApi:Token"] = "tok_vendor",
                ["Rollout:Mode"] = _mode,
                ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
            },
            TestContext.Current.CancellationToken);
        await PlantAsync(TestContext.Current.CancellationToken);
        _trial = new(_shim);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await using var upstream = Upstream;
        await using var shim = _shim;
        await (_trial?.EndAsync() ?? Task.CompletedTask);
    }

    // What no test may find in the program's output is in requests and answers of every kind, whatever the test itself does.
    private async Task PlantAsync(CancellationToken cancellation)
    {
        var (key, email) = (Canaries.NewKey(), Canaries.EmailOf(Canaries.NewKey()));
        Upstream.Answer = _ => $"HTTP/1.1 500 {email}\r\nX-Customer: {email}\r\nContent-Length: {email.Length}\r\n\r\n{email}";
        await AskAsync($"GET /api/v2/customers/{key}?email={email} HTTP/1.1\r\nHost: {key}\r\nX-Customer: {email}\r\n\r\n", cancellation);
        Upstream.Answer = _ => $"{email}\r\n\r\n";
        await AskAsync($"GET /api/v2/customers/{key} HTTP/1.1\r\nHost: {key}\r\n\r\n", cancellation);
        await AskAsync($"GET /{key} {email} HTTP/1.1\r\nHost: {key}\r\n\r\n", cancellation);
        Upstream.Reset();
    }
}

using ProxyShim.Testing;
using ProxyShim.Tests.Sandbox;
using Xunit;

namespace ProxyShim.Tests.Dashboards;

/// <summary>The sandbox with a Prometheus that scrapes its shim, shared by the tests of a class.</summary>
public sealed class ScrapedSandbox : IAsyncLifetime
{
    private SandboxProcess? _sandbox;
    private Task<PrometheusServer>? _prometheus;

    /// <summary>Prometheus, once the sandbox has ended its tour. Skips the test where there is none.</summary>
    internal Task<PrometheusServer> PrometheusAsync()
    {
        // Not in a fixture's start: what is missing is said by each test that needs it.
        var program = Require.Program("prometheus", "prometheus");
        return _prometheus ??= StartAsync(program, TestContext.Current.CancellationToken);
    }

    /// <summary>The management listener of its shim, once Prometheus scrapes it.</summary>
    internal Uri Management => new(_sandbox!.Labelled("management"));

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_prometheus is { IsCompletedSuccessfully: true })
        {
            await (await _prometheus).DisposeAsync();
        }

        if (_sandbox is not null)
        {
            await _sandbox.DisposeAsync();
        }
    }

    private async Task<PrometheusServer> StartAsync(string program, CancellationToken cancellation)
    {
        _sandbox = new SandboxProcess(["--lag", "00:00:00"]);
        await _sandbox.PrintsAsync("Serving.", cancellation);
        return await PrometheusServer.StartAsync(program, new Uri(_sandbox.Labelled("management")), cancellation);
    }
}

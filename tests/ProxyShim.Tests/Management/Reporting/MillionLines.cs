using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Management.Reporting;

/// <summary>A log of a million lines in a file.</summary>
public sealed class MillionLines : IAsyncLifetime
{
    public const int Count = 1_000_000;

    private readonly TemporaryFolder _folder = new();

    /// <summary>The file.</summary>
    public string Path => System.IO.Path.Combine(_folder.Path, "log");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await using var file = File.Create(Path, 1 << 20);
        new SyntheticLog(file, seed: 20260504).Write(Count);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

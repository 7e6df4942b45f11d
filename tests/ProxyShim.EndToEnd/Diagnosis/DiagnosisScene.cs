using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.EndToEnd.Harness.Otlp;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Diagnosis;

/// <summary>What stands around the shim of one row.</summary>
internal sealed class DiagnosisScene : IAsyncDisposable
{
    private readonly TcpListener _mute = new(IPAddress.Loopback, 0);
    private readonly OtlpReceiver _plain;
    private Stand? _stand;
    private RedisServer? _redis;

    private DiagnosisScene(OtlpReceiver plain)
    {
        _plain = plain;
        _mute.Start();
    }

    /// <summary>The shim, once it has started.</summary>
    public Stand Stand => _stand ?? throw new InvalidOperationException("The shim of this row does not start.");

    /// <summary>The row's own Redis.</summary>
    public RedisServer Redis => _redis ?? throw new InvalidOperationException("This row names no {redis}.");

    /// <summary>The row's settings with addresses in them.</summary>
    public IReadOnlyList<(string Key, string? Value)> Settings { get; private set; } = [];

    public static async Task<DiagnosisScene> SetAsync(DiagnosisRow row, CancellationToken cancellation)
    {
        var scenario = new DiagnosisScene(await OtlpReceiver.StartAsync(cancellation));
        if (row.Settings.Any(setting => setting.Value?.Contains("{redis}", StringComparison.Ordinal) == true))
        {
            scenario._redis = await RedisServer.StartAsync(cancellation: cancellation);
            foreach (var command in row.Redis)
            {
                await scenario._redis.ExecuteAsync(cancellation, command.Split(' '));
            }
        }

        scenario.Settings = [.. row.Settings.Select(setting => (setting.Key, setting.Value is null ? null : scenario.Fill(setting.Value)))];
        return scenario;
    }

    /// <summary>Starts the shim.</summary>
    public async Task StartAsync(TestRedis redis, CancellationToken cancellation) => _stand = await Stand.StartAsync(redis, cancellation, [.. Settings]);

    public async ValueTask DisposeAsync()
    {
        if (_stand is not null)
        {
            await _stand.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        await _plain.DisposeAsync();
        _mute.Dispose();
    }

    private string Fill(string value) => value
        .Replace("{redis}", _redis?.Endpoint, StringComparison.Ordinal)
        .Replace("{nobody}", $"127.0.0.1:{FreePort.Next()}", StringComparison.Ordinal)
        .Replace("{mute}", $"{_mute.LocalEndpoint}", StringComparison.Ordinal)
        .Replace("{port}", string.Create(CultureInfo.InvariantCulture, $"{FreePort.Next()}"), StringComparison.Ordinal)
        .Replace("{plain}", new Uri(_plain.Endpoint).Authority, StringComparison.Ordinal);
}

using System.Net;
using System.Net.Sockets;
using Garnet;
using Garnet.common;
using Microsoft.Extensions.Logging.Abstractions;

namespace ProxyShim.Sandbox;

/// <summary>
/// A Redis in this process, on loopback: Garnet, with Lua. It stands in for Redis where none is installed; Streams it has not
/// (DESIGN.md, "Facts that took time to learn").
/// </summary>
public sealed class EmbeddedRedis : IAsyncDisposable
{
    // Between finding a free port and listening on it another process may take it; that does not happen this often.
    private const int Attempts = 5;

    private readonly GarnetServer _server;
    private bool _disposed;

    private EmbeddedRedis(GarnetServer server, int port)
    {
        _server = server;
        Port = port;
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>For StackExchange.Redis, and for <c>Redis:ConnectionString</c>.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>Starts it and returns when it accepts connections.</summary>
    /// <param name="port">1–65535, or 0 for a free port.</param>
    /// <param name="folder">Where every write is appended to a file, as the shim asks of a Redis; null = in memory only.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static EmbeddedRedis Start(int port = 0, string? folder = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var candidate = port == 0 ? FreePort() : port;
            var server = new GarnetServer([.. Arguments(candidate), .. AppendOnly(folder)], NullLoggerFactory.Instance);
            try
            {
                server.Start();
                return new(server, candidate);
            }
            catch (GarnetException exception) when (exception.InnerException is SocketException)
            {
                server.Dispose();
                if (port != 0 || attempt == Attempts)
                {
                    throw new IOException($"Port {candidate} cannot be listened on: {exception.Message}", exception);
                }
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        // Garnet cannot be disposed twice.
        if (!Interlocked.Exchange(ref _disposed, true))
        {
            _server.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private static string[] Arguments(int port) =>
    [
        "--bind", "127.0.0.1",
        "--port", $"{port}",
        "--lua", "true",
        "--lua-transaction-mode", "true",
        "-q", "true",
        "--memory", "1g",
        "--index", "16m",
    ];

    // Garnet's own choice of a device needs libaio, and ends the process with the first write where there is none. Without the wait a write is answered
    // while it is still on its way to the file.
    private static string[] AppendOnly(string? folder) =>
        folder is null ? [] : ["--aof", "true", "--aof-commit-wait", "true", "--checkpointdir", folder, "--device-type", "RandomAccess"];

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using RESPite.Transports;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace ProxyShim.Redis.Sockets;

/// <summary>Gives StackExchange.Redis a <see cref="RedisTransport"/> for its commands; for TLS and for subscriptions it keeps its own way.</summary>
/// <param name="connectTimeout">The transport is connected by the code that makes it.</param>
/// <param name="hasOneThread">
/// Whether all sockets are served by one thread; null for what is usual: with inline completions .NET has one for each processor
/// (https://github.com/dotnet/runtime/blob/main/src/libraries/System.Net.Sockets/src/System/Net/Sockets/SocketAsyncEngine.Unix.cs).
/// </param>
internal sealed class RedisTunnel(TimeSpan connectTimeout, TimeProvider time, bool? hasOneThread = null) : Tunnel
{
    private readonly ConcurrentDictionary<RedisTransport, bool> _open = new();

    /// <summary>Whether our own threads are behind, and not Redis.</summary>
    public bool IsBehind() => _open.Keys.Any(static transport => transport.IsBehind);

    public override async ValueTask<DuplexTransport?> ConnectTransportAsync(
        EndPoint endpoint, ConnectionType connectionType, TlsOptions tls, CancellationToken cancellationToken)
    {
        if (tls.IsEnabled || connectionType != ConnectionType.Interactive)
        {
            return null;
        }

        var socket = NewSocket(endpoint);
        try
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            late.CancelAfter(connectTimeout);
            await socket.ConnectAsync(endpoint, late.Token);
            var transport = new RedisTransport(socket, time, hasOneThread ?? Environment.ProcessorCount == 1, closed => _open.TryRemove(closed, out _));
            _open.TryAdd(transport, true);
            return transport;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // As StackExchange.Redis makes its own (https://github.com/StackExchange/StackExchange.Redis/blob/main/src/StackExchange.Redis/SocketManager.cs,
    // CreateSocket).
    private static Socket NewSocket(EndPoint endpoint)
    {
        if (endpoint.AddressFamily == AddressFamily.Unix)
        {
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.IP);
        }

        var socket = endpoint.AddressFamily == AddressFamily.Unspecified
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        return socket;
    }
}

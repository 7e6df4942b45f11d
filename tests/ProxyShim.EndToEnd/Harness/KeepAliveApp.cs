using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>
/// A legacy app that keeps its connections and sends each request once: what is not answered has failed. It does what HTTP asks of it and no more: it looks
/// whether a connection has been closed before it sends on it, and lets go of one whose answer says <c>Connection: close</c>.
/// </summary>
/// <param name="customerKey">The key of each customer by its number. It must hold no thread up: a busy machine has few.</param>
public sealed class KeepAliveApp(Uri shim, Func<int, Task<string>> customerKey)
{
    // Two managed builds on a machine that runs everything else besides.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    // Its own work between two calls. Connections are idle then, which is when a server closes them.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentQueue<string> _acknowledged = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private int _last = -1;
    private int _connections;
    private int _refused;

    /// <summary>An app whose customers' keys need nothing to be done first.</summary>
    public KeepAliveApp(Uri shim, Func<int, string> customerKey)
        : this(shim, number => Task.FromResult(customerKey(number)))
    {
    }

    /// <summary>The customers whose creation was answered with a 200 that names them.</summary>
    public IReadOnlyCollection<string> Acknowledged => _acknowledged;

    /// <summary>The requests that were sent and not answered, or otherwise.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Connections it has made.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections that nobody took: nothing was sent.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Creates customers until it is told to leave, or the first connection is refused.</summary>
    /// <param name="connections">How many it keeps.</param>
    /// <param name="leaving">A request that has been sent still gets its answer.</param>
    public Task RunAsync(int connections, CancellationToken leaving, CancellationToken cancellation)
        => Task.WhenAll(Enumerable.Range(0, connections).Select(_ => CallAsync(leaving, cancellation)));

    /// <summary>Waits until so many more calls have been answered well.</summary>
    public Task AfterAsync(int calls, CancellationToken cancellation)
    {
        var goal = Acknowledged.Count + calls;
        return Eventually.IsTrueAsync($"{calls} more calls are answered", () => Task.FromResult(Acknowledged.Count >= goal), s_limit, cancellation);
    }

    private async Task CallAsync(CancellationToken leaving, CancellationToken cancellation)
    {
        RawConnection? connection = null;
        try
        {
            while (!leaving.IsCancellationRequested)
            {
                if (connection is null or { HasEnded: true })
                {
                    connection?.Dispose();
                    connection = await ConnectAsync(cancellation);
                    if (connection is null)
                    {
                        return;
                    }
                }

                if (!await CreateAsync(connection, await customerKey(Interlocked.Increment(ref _last)), cancellation))
                {
                    connection.Dispose();
                    connection = null;
                }

                await Task.Delay(s_pause, TimeProvider.System, cancellation);
            }
        }
        finally
        {
            connection?.Dispose();
        }
    }

    /// <returns>Null when nobody listens.</returns>
    private async Task<RawConnection?> ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            var connection = await RawConnection.OpenAsync(shim, cancellation);
            Interlocked.Increment(ref _connections);
            return connection;
        }
        catch (SocketException)
        {
            Interlocked.Increment(ref _refused);
            return null;
        }
    }

    /// <returns>Whether the connection may be kept.</returns>
    private async Task<bool> CreateAsync(RawConnection connection, string customer, CancellationToken cancellation)
    {
        var body = Stand.Body(customer);
        try
        {
            await connection.SendAsync(
                $"POST /api/v2/customers HTTP/1.1\r\nHost: shim\r\nAuthorization: {Stand.Basic(Stand.PublicKey, Stand.SecretKey)}\r\n"
                + $"Content-Type: application/json\r\nContent-Length: {Encoding.Latin1.GetByteCount(body)}\r\n\r\n{body}",
                cancellation);
            var answer = await connection.ReadAsync(cancellation);
            if (answer.Status == 200 && answer.Text.Contains($"\"{customer}\"", StringComparison.Ordinal))
            {
                _acknowledged.Enqueue(customer);
            }
            else
            {
                _failures.Enqueue($"{customer}: {answer.StartLine} {answer.Text}");
            }

            return answer.Header("Connection") != "close";
        }
        catch (IOException exception)
        {
            _failures.Enqueue($"{customer}: {exception.Message}");
            return false;
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyShim.EndToEnd.Harness;

namespace ProxyShim.EndToEnd.Limits;

/// <summary>Connections that are opened and left as they are, or are fed a byte a second.</summary>
/// <param name="Mebibytes">What the shim has.</param>
/// <param name="What">As in the table.</param>
/// <param name="Head">What each connection says.</param>
/// <param name="Body">Bytes that follow at once.</param>
/// <param name="Drips">Whether a byte follows each second.</param>
/// <param name="Returns">Whether each that the shim closes is opened anew: else the flood would be over before its time.</param>
/// <param name="IsShort">Whether it belongs to the form of CI.</param>
internal sealed record Flood(int Mebibytes, string What, int Connections, string Head = "", int Body = 0, bool Drips = false, bool Returns = false, bool IsShort = false)
{
    /// <summary>Of the memory before the flood so much may be taken afterwards: then the rest has been given back.</summary>
    public const double MostKept = 1.5;

    /// <summary>No sooner is the next one opened anew: 200 a second at most.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>The key pair of a flood that has one: the shim knows it, and it is not that of those who are to be served beside it.</summary>
    public const string PublicKey = "pk_crm";

    /// <inheritdoc cref="PublicKey"/>
    public const string SecretKey = "sk_crm";

    private const string Upload = "POST /api/v2/files HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n";
    private const string Endless = "GET / HTTP/1.1\r\nHost: x\r\nX-Long: ";
    private const int Mebibyte = 1024 * 1024;

    private static readonly string s_crm = Stand.Basic(PublicKey, SecretKey).ToString();

    private static readonly string s_creation = $"POST /api/v2/customers HTTP/1.1\r\nHost: x\r\nAuthorization: {s_crm}\r\nContent-Length: 262144\r\n\r\n";

    private static readonly string s_repeat =
        $"POST /api/v2/customers HTTP/1.1\r\nHost: x\r\nAuthorization: {s_crm}\r\nContent-Type: application/json\r\nContent-Length: LENGTH\r\n\r\n";

    /// <summary>Those of the hardening trials, in both sizes.</summary>
    public static IReadOnlyList<Flood> All { get; } =
    [
        new(64, "idle", 4000, IsShort: true),
        new(64, "kept after an answer", 3000, s_repeat),
        new(64, "unanswered", 2000, "GET /api/v2/customers HTTP/1.1\r\nHost: x\r\n\r\n", IsShort: true),
        new(64, "stalled uploads", 200, Upload, 2 * Mebibyte, IsShort: true),
        new(64, "creations held back", 400, s_creation, 261_000, IsShort: true),
        new(64, "heads without end", 400, Endless, 60_000, Returns: true, IsShort: true),
        new(64, "slow heads", 1500, Endless, Drips: true, Returns: true),
        new(64, "slow bodies", 1500, Upload, Drips: true),
        new(64, "slow creations", 1500, s_creation, Drips: true),
        new(128, "idle", 10_000, IsShort: true),
        new(128, "kept after an answer", 3000, s_repeat),
        new(128, "unanswered", 2000, "GET /api/v2/customers HTTP/1.1\r\nHost: x\r\n\r\n"),
        new(128, "stalled uploads", 400, Upload, 2 * Mebibyte, IsShort: true),
        new(128, "creations held back", 400, s_creation, 261_000),
        new(128, "heads without end", 400, Endless, 60_000, Returns: true),
        new(128, "slow heads", 1500, Endless, Drips: true, Returns: true),
        new(128, "slow bodies", 1500, Upload, Drips: true),
        new(128, "slow creations", 1500, s_creation, Drips: true),
    ];

    /// <inheritdoc/>
    public override string ToString() => $"{Connections} {What} in {Mebibytes} MiB";

    /// <summary>Opens as many as it can, and leaves them so until it is over; the sockets are the caller's to close.</summary>
    /// <param name="converted">A customer who is converted already.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "They are closed with the flood.")]
    public async Task OpenAsync(Uri shim, string converted, ConcurrentBag<Socket> sockets, CancellationToken over)
    {
        var repeat = Stand.Body(converted);
        var head = Head == s_repeat ? Head.Replace("LENGTH", $"{Encoding.UTF8.GetByteCount(repeat)}", StringComparison.Ordinal) + repeat : Head;
        byte[] bytes = [.. Encoding.UTF8.GetBytes(head), .. Enumerable.Repeat((byte)'a', Body)];
        var sending = new List<Task>();
        using var closed = new SemaphoreSlim(0);
        try
        {
            for (var number = 0; number < Connections || Returns; number++)
            {
                if (number >= Connections)
                {
                    await closed.WaitAsync(over);
                    await Task.Delay(Pause, TimeProvider.System, over);
                }

                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, shim.Port, over);
                sending.Add(SendAsync(socket, bytes, over));
                if (Returns)
                {
                    sending.Add(ReceiveAsync(socket, closed, over));
                }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // As many as there can be.
        }

        await Task.WhenAll(sending);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // To its end, whichever.
    private static async Task ReceiveAsync(Socket socket, SemaphoreSlim closed, CancellationToken over)
    {
        try
        {
            var answer = new byte[1024];
            while (await socket.ReceiveAsync(answer, over) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Reset, or the flood is over.
        }

        if (!over.IsCancellationRequested)
        {
            socket.Dispose();
            closed.Release();
        }
    }

    private async Task SendAsync(Socket socket, byte[] bytes, CancellationToken over)
    {
        try
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                sent += await socket.SendAsync(bytes.AsMemory(sent), over);
            }

            while (Drips)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, over);
                await socket.SendAsync("a"u8.ToArray(), over);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Refused, or nobody reads it.
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Scale;

/// <summary>Both ends of transfers without end: clients that send, or receive, as fast as the contender lets them, and a server in the place of the Customer API.</summary>
internal sealed class Bulk : IDisposable
{
    private const int Piece = 64 * 1024;
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private readonly List<Thread> _threads = [];
    private long _moved;

    public Bulk()
    {
        _listener.Start();
        Run(Accept);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes that arrived at either end.</summary>
    public long Moved => Interlocked.Read(ref _moved);

    /// <summary>Begins so many uploads and so many downloads through the contender.</summary>
    public void Start(Site site, int transfers)
    {
        for (var transfer = 0; transfer < transfers; transfer++)
        {
            Run(() => Send(Ask(site, "PUT /api/v2/files HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n\r\n")));
            Run(() => Receive(Ask(site, "GET /api/v2/files HTTP/1.1\r\nHost: x\r\n\r\n")));
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_sockets)
        {
            _sockets.ForEach(static socket => socket.Dispose());
        }

        _threads.ForEach(static thread => thread.Join());
    }

    private Socket Ask(Site site, string head)
    {
        var socket = Own(new Socket(SocketType.Stream, ProtocolType.Tcp));
        socket.Connect(IPAddress.Loopback, site.Port);
        socket.Send(Encoding.ASCII.GetBytes(head));
        return socket;
    }

    private void Accept()
    {
        while (true)
        {
            var socket = Own(_listener.AcceptSocket());
            Run(() => Serve(socket));
        }
    }

    private void Serve(Socket socket)
    {
        var buffer = new byte[Piece];
        var length = socket.Receive(buffer);
        if (buffer.AsSpan(0, length).StartsWith("GET "u8))
        {
            socket.Send(Encoding.ASCII.GetBytes(Head));
            Send(socket);
        }
        else
        {
            Receive(socket);
        }
    }

    private static void Send(Socket socket)
    {
        var buffer = new byte[Piece];
        while (socket.Send(buffer) > 0)
        {
        }
    }

    private void Receive(Socket socket)
    {
        var buffer = new byte[Piece];
        while (socket.Receive(buffer) is > 0 and var length)
        {
            Interlocked.Add(ref _moved, length);
        }
    }

    private Socket Own(Socket socket)
    {
        lock (_sockets)
        {
            _sockets.Add(socket);
        }

        return socket;
    }

    // Blocking threads on the load generator's core: a thread pool would be one more thing that is measured.
    private void Run(Action work)
    {
        var thread = new Thread(() =>
        {
            Native.PinThread(Cores.Generator);
            try
            {
                work();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The measurement is over, or the contender has had enough: what was moved is in the table.
            }
        });
        lock (_threads)
        {
            _threads.Add(thread);
        }

        thread.Start();
    }
}

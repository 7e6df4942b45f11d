using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProxyShim.Benchmarks.Instructions;

/// <summary>A connection to Redis that puts into one packet what stands in one call, so that every run has the same packets.</summary>
internal sealed class RespConnection : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly StreamReader _replies;

    /// <exception cref="SocketException">Nobody listens there.</exception>
    public RespConnection(int port)
    {
        _client = new TcpClient { NoDelay = true };
        _client.Connect(IPAddress.Loopback, port);
        _stream = _client.GetStream();
        _replies = new StreamReader(_stream, Encoding.Latin1);
    }

    /// <summary>Sends commands in one packet and waits for all of their replies.</summary>
    /// <returns>The first line of each.</returns>
    /// <exception cref="InvalidOperationException">Redis has refused one.</exception>
    public string[] Send(params IReadOnlyList<string[]> commands)
    {
        var text = new StringBuilder();
        foreach (var command in commands)
        {
            text.Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
            foreach (var word in command)
            {
                text.Append(CultureInfo.InvariantCulture, $"${Encoding.Latin1.GetByteCount(word)}\r\n{word}\r\n");
            }
        }

        _stream.Write(Encoding.Latin1.GetBytes(text.ToString()));
        return [.. commands.Select(_ => Read())];
    }

    /// <summary>Ends the server, which then says nothing more.</summary>
    public void ShutDown() => _stream.Write("SHUTDOWN NOSAVE\r\n"u8);

    public void Dispose()
    {
        _replies.Dispose();
        _client.Dispose();
    }

    private string Read()
    {
        var line = _replies.ReadLine() ?? throw new InvalidOperationException("Redis has hung up.");
        var length = line[0] is '$' or '*' ? int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture) : 0;
        switch (line[0])
        {
            case '-':
                throw new InvalidOperationException(line);
            case '$' when length >= 0:
                return _replies.ReadLine()!;
            case '*':
                for (var item = 0; item < length; item++)
                {
                    Read();
                }

                return line;
            default:
                return line;
        }
    }
}

using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using ProxyShim.CustomerApi;
using ProxyShim.Http;

namespace ProxyShim.Limits.Turns;

/// <summary>One connection's bytes, in turns with those of the others as soon as they are many.</summary>
internal sealed class TurnTakingTransport : IDuplexPipe, IBareAnswer
{
    // A socket's reads are of half a block and more while it is behind; a small request is less, and it is where another exchange begins.
    private const int SmallRead = 2048;

    private readonly BulkTurns _turns;
    private readonly TurnTakingWriter _output;
    private long _received;
    private long _sent;

    public TurnTakingTransport(IDuplexPipe transport, BulkTurns turns)
    {
        _turns = turns;
        Input = new TurnTakingReader(transport.Input, this);
        _output = new TurnTakingWriter(transport.Output, this);
    }

    public PipeReader Input { get; }

    public PipeWriter Output => _output;

    /// <summary>Connection middleware.</summary>
    public static ConnectionDelegate Use(ConnectionDelegate next, BulkTurns turns) => async connection =>
    {
        var transport = connection.Transport;
        var inTurns = new TurnTakingTransport(transport, turns);
        connection.Transport = inTurns;
        connection.Features.Set<IBareAnswer>(inTurns);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    };

    /// <summary>Whether what has been received is a whole turn.</summary>
    public bool HasReceivedTurn => _received >= BulkTurns.Bytes;

    /// <summary>Whether what has been sent is a whole turn.</summary>
    public bool HasSentTurn => _sent >= BulkTurns.Bytes;

    public void Received(long bytes)
    {
        // Kestrel looks again at what it has left unread: that is nothing new, and no new exchange.
        if (bytes is > 0 and < SmallRead)
        {
            (_received, _sent) = (0, 0);
        }
        else
        {
            _received += bytes;
        }
    }

    public void Sent(long bytes) => _sent += bytes;

    /// <inheritdoc/>
    public void Complete(int status, string outcome, bool hasBody) => _output.Through(inner => new BareAnswerWriter(inner, status, outcome, hasBody));

    public Task NextReceivingTurnAsync()
    {
        _received = 0;
        return _turns.NextAsync();
    }

    public Task NextSendingTurnAsync()
    {
        _sent = 0;
        return _turns.NextAsync();
    }
}

using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using ProxyShim.CustomerApi;
using ProxyShim.Http;

namespace ProxyShim.Limits.Turns;

/// <summary>One connection's bytes, in turns with those of the others as soon as they are many.</summary>
internal sealed class TurnTakingTransport : IDuplexPipe, IBareAnswer
{
    private readonly TurnTakingWriter _output;

    public TurnTakingTransport(IDuplexPipe transport, BulkTurns turns)
    {
        Input = new TurnTakingReader(transport.Input, turns.NewMeter());
        _output = new TurnTakingWriter(transport.Output, turns.NewMeter());
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

    /// <inheritdoc/>
    public void Complete(int status, string outcome, bool hasBody) => _output.Through(inner => new BareAnswerWriter(inner, status, outcome, hasBody));
}

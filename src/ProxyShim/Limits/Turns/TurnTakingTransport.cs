using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace ProxyShim.Limits.Turns;

/// <summary>One connection's bytes, in turns with those of the others as soon as they are many.</summary>
internal sealed class TurnTakingTransport(IDuplexPipe transport, BulkTurns turns) : IDuplexPipe
{
    public PipeReader Input { get; } = new TurnTakingReader(transport.Input, turns.NewMeter());

    public PipeWriter Output { get; } = new TurnTakingWriter(transport.Output, turns.NewMeter());

    /// <summary>Connection middleware.</summary>
    public static ConnectionDelegate Use(ConnectionDelegate next, BulkTurns turns) => async connection =>
    {
        var transport = connection.Transport;
        connection.Transport = new TurnTakingTransport(transport, turns);
        try
        {
            await next(connection);
        }
        finally
        {
            connection.Transport = transport;
        }
    };
}

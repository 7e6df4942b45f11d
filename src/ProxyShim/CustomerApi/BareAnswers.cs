using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using ProxyShim.Http;

namespace ProxyShim.CustomerApi;

/// <summary>A connection on which the answers that the server writes by itself are completed where they are still text: within TLS, where there is any.</summary>
/// <remarks>
/// Kestrel puts TLS behind the connection middleware of an end point's defaults
/// (https://github.com/dotnet/aspnetcore/blob/main/src/Servers/Kestrel/Core/src/KestrelConfigurationLoader.cs, <c>Reload</c>), so what TLS makes of its
/// transport passes here when it is set.
/// </remarks>
internal sealed class BareAnswers(ConnectionContext inner) : ConnectionContext
{
    public override string ConnectionId
    {
        get => inner.ConnectionId;
        set => inner.ConnectionId = value;
    }

    public override IFeatureCollection Features => inner.Features;

    public override IDictionary<object, object?> Items
    {
        get => inner.Items;
        set => inner.Items = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => inner.LocalEndPoint;
        set => inner.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => inner.RemoteEndPoint;
        set => inner.RemoteEndPoint = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => inner.ConnectionClosed;
        set => inner.ConnectionClosed = value;
    }

    public override IDuplexPipe Transport
    {
        get => inner.Transport;
        set
        {
            var text = value as Text ?? new Text(value);
            inner.Transport = text;
            Features.Set<IBareAnswer>(text);
        }
    }

    /// <summary>Connection middleware.</summary>
    public static ConnectionDelegate Use(ConnectionDelegate next) => async connection =>
    {
        var transport = connection.Transport;
        var within = new BareAnswers(connection) { Transport = transport };
        try
        {
            await next(within);
        }
        finally
        {
            connection.Transport = transport;
        }
    };

    public override void Abort() => inner.Abort();

    public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

    private sealed class Text(IDuplexPipe transport) : IDuplexPipe, IBareAnswer
    {
        private readonly ReplaceableWriter _output = new(transport.Output);

        public PipeReader Input => transport.Input;

        public PipeWriter Output => _output;

        public void Complete(int status, string outcome, bool hasBody) => _output.Through(inner => new BareAnswerWriter(inner, status, outcome, hasBody));
    }
}

using System.IO.Pipelines;

namespace ProxyShim.Sandbox.PartnerStack.Http;

/// <summary>A connection's two pipes, with the tap on the way in.</summary>
internal sealed record TappedTransport(PipeReader Input, PipeWriter Output) : IDuplexPipe;

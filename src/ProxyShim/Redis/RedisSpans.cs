using System.Diagnostics;
using System.Net;
using ProxyShim.Telemetry.Tracing;

namespace ProxyShim.Redis;

/// <summary>The spans of what is asked of Redis. Names and attributes follow OpenTelemetry's semantic conventions for databases.</summary>
internal static class RedisSpans
{
    /// <summary>One operation in Redis. None where it is for no request and no job: the shim looks at its ledger every second.</summary>
    public static Activity? Begin(RedisOperation operation, RedisSettings redis)
    {
        if (Spans.Client(operation.Name) is not { } span)
        {
            return null;
        }

        // Of several servers it is not known here which one it will be, nor whom a Sentinel names.
        (string? Host, int? Port) server = redis.Connection.EndPoints switch
        {
            _ when redis.Connection.ServiceName is { Length: > 0 } => default,
            [DnsEndPoint only] => (only.Host, only.Port),
            [IPEndPoint only] => (only.Address.ToString(), only.Port),
            _ => (null, null),
        };
        return span
            .Tag("db.system.name", "redis")
            .Tag("db.operation.name", operation.Name)
            .Tag("server.address", server.Host)
            .Tag("server.port", server.Port);
    }
}

using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace ProxyShim.Telemetry.Output;

/// <summary>Describes an exception without its messages: Redis's quote keys, an HTTP client's quote what the upstream sent, a parser's what it was given.</summary>
internal static class SafeException
{
    /// <summary>The longest description, in UTF-16 code units.</summary>
    public const int MaxLength = 8 * 1024;

    private const int MaxDepth = 8;

    // In place of the message, what can be said of it in a word.
    private static readonly (Type Type, Func<Exception, string?> Detail)[] s_details =
    [
        (typeof(SocketException), exception => ((SocketException)exception).SocketErrorCode.ToString()),
        (typeof(HttpRequestException), exception => ((HttpRequestException)exception).HttpRequestError.ToString()),
        (typeof(HttpIOException), exception => ((HttpIOException)exception).HttpRequestError.ToString()),
        (typeof(BadHttpRequestException), exception => $"{((BadHttpRequestException)exception).StatusCode}"),
        (typeof(RedisConnectionException), exception => ((RedisConnectionException)exception).FailureType.ToString()),
        (typeof(RedisTimeoutException), exception => ((RedisTimeoutException)exception).Commandstatus.ToString()),
        (typeof(RedisServerException), exception => ((RedisServerException)exception).Kind.ToString()),
        (typeof(ISafeMessage), exception => exception.Message),
    ];

    /// <summary>Types, details and, where asked for, stack traces, from the outermost exception inwards.</summary>
    public static string Describe(Exception exception, bool withStack)
    {
        var text = new StringBuilder();
        var depth = 0;
        for (var current = exception; current is not null && depth < MaxDepth; current = current.InnerException, depth++)
        {
            text.Append(depth == 0 ? "" : "\n ---> ").Append(current.GetType());
            if (DetailOf(current) is { } detail)
            {
                text.Append(" (").Append(detail).Append(')');
            }

            if (withStack && current.StackTrace is { } trace)
            {
                text.Append('\n').Append(trace);
            }
        }

        return text.Length <= MaxLength ? text.ToString() : text.ToString(0, MaxLength);
    }

    /// <summary>What can be told of the exception besides its type; null when that is nothing.</summary>
    public static string? DetailOf(Exception exception) =>
        Array.Find(s_details, entry => entry.Type.IsInstanceOfType(exception)) is { Detail: { } detail } ? detail(exception) : null;
}

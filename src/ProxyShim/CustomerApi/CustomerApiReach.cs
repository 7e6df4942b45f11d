using System.Net.Sockets;
using ProxyShim.Telemetry.Health;

namespace ProxyShim.CustomerApi;

/// <summary>Whether the Customer API can be reached, as forwarded calls and read-backs find it. Nothing is said before the first of them.</summary>
internal sealed class CustomerApiReach(CustomerApiSettings settings, Degradations degradations, TimeProvider time)
{
    /// <summary>Who has answered others so lately can be reached: one connection of many that fails is no outage.</summary>
    public static readonly TimeSpan AnswerCounts = TimeSpan.FromSeconds(5);

    private readonly LastSeen _answer = new(time);
    private readonly string _place = $"{settings.Address.Host}:{settings.Address.Port}";

    /// <summary>It has answered, whatever it said.</summary>
    public void Answered()
    {
        _answer.Note();
        degradations.Report(HealthComponent.CustomerApi, null);
    }

    /// <summary>A call of which no answer came, for what happened between the shim and the Customer API.</summary>
    /// <param name="exception">How it ended; null when that is not known.</param>
    public void Failed(Exception? exception)
    {
        if (!_answer.IsWithin(AnswerCounts))
        {
            degradations.Report(HealthComponent.CustomerApi, CauseOf(exception), _place);
        }
    }

    private static string CauseOf(Exception? exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "dns",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "tls",
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "refused",
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.TimedOut } } => "timeout",
        OperationCanceledException or TimeoutException => "timeout",
        _ => "unavailable",
    };
}

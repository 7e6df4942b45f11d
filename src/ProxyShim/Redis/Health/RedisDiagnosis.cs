using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using StackExchange.Redis;

namespace ProxyShim.Redis.Health;

/// <summary>Finds out why a server does not serve, on a connection of its own that is made, asked and closed.</summary>
/// <remarks>
/// StackExchange.Redis tells the cause of a failed connection once, and often another one than the first; it does not tell at all that a wrong password was
/// passed over because the server lets anybody in (measured: RedisWatchTests).
/// </remarks>
internal sealed class RedisDiagnosis(ConfigurationOptions settings, TimeProvider time)
{
    /// <summary>A server that is well answers in milliseconds; name service and TLS may take longer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private static readonly byte[] s_echo = Command("ECHO", "proxyshim");

    // By the type of the exception that a connection ended in.
    private static readonly Func<Exception, RedisTrouble?>[] s_causes =
    [
        exception => exception is OperationCanceledException ? new("timeout") : null,
        exception => exception is AuthenticationException ? new("tls") : null,
        exception => exception is SocketException socket ? OfSocket(socket.SocketErrorCode) : null,
    ];

    /// <summary>Connects, presents user and password, and asks for an echo: what StackExchange.Redis needs at least.</summary>
    /// <param name="user">Null for the user <c>default</c>.</param>
    /// <param name="password">Null when there is none to present.</param>
    public async Task<RedisFinding> LookAsync(EndPoint endpoint, string? user, string? password)
    {
        using var late = new CancellationTokenSource(Timeout, time);
        try
        {
            await using var stream = await ConnectAsync(endpoint, settings.Ssl, null, late.Token);
            var auth = password is null
                ? null
                : await AskAsync(stream, string.IsNullOrEmpty(user) ? Command("AUTH", password) : Command("AUTH", user, password), late.Token);
            var echo = await AskAsync(stream, s_echo, late.Token);
            if (auth is null && echo.Length == 0 && await SpeaksTlsAsync(endpoint, late.Token))
            {
                return new RedisFinding(new RedisTrouble("tls"), IsStranger: false);
            }

            // A server that let us in as another user serves us; one that did not says at the first command that it does not.
            var refusal = auth is ['-', ..] ? auth : null;
            return echo switch
            {
                ['+' or '$', ..] => new RedisFinding(null, refusal is not null),
                ['-', ..] => new RedisFinding(TroubleOf(refusal ?? echo), IsStranger: false),
                _ when await SpeaksTlsAsync(endpoint, late.Token) => new RedisFinding(new RedisTrouble("tls"), IsStranger: false),
                [] => new RedisFinding(new RedisTrouble("unavailable", "closed"), IsStranger: false),
                _ => new RedisFinding(new RedisTrouble("rejected", "no Redis"), IsStranger: false),
            };
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            return new RedisFinding(await CauseOfAsync(exception, endpoint), IsStranger: false);
        }
    }

    private static RedisTrouble TroubleOf(string reply) =>
        RedisReplies.Read(reply[1..]) ?? new RedisTrouble("rejected", RedisReplies.WordOf(reply[1..]));

    private async Task<RedisTrouble> CauseOfAsync(Exception exception, EndPoint endpoint)
    {
        var cause = exception is IOException { InnerException: { } inner } ? inner : exception;
        if (s_causes.Select(find => find(cause)).FirstOrDefault(found => found is not null) is { } trouble)
        {
            return trouble;
        }

        // Cut off: in the midst of a TLS handshake, or since it wanted one.
        using var late = new CancellationTokenSource(Timeout, time);
        return settings.Ssl || await SpeaksTlsAsync(endpoint, late.Token) ? new RedisTrouble("tls") : new RedisTrouble("unavailable", "closed");
    }

    private static RedisTrouble? OfSocket(SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery => new("dns"),
        SocketError.ConnectionRefused => new("refused"),
        SocketError.TimedOut => new("timeout"),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => null,
        _ => new("unavailable", error.ToString()),
    };

    private async Task<bool> SpeaksTlsAsync(EndPoint endpoint, CancellationToken cancellation)
    {
        if (settings.Ssl)
        {
            return false;
        }

        // A server that shows a certificate does, whatever it is worth.
        var shown = false;
        try
        {
            await using var stream = await ConnectAsync(endpoint, tls: true, () => shown = true, cancellation);
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            // Not, or not to the end.
        }

        return shown;
    }

    private async Task<Stream> ConnectAsync(EndPoint endpoint, bool tls, Action? onCertificate, CancellationToken cancellation)
    {
        var socket = endpoint.AddressFamily == AddressFamily.Unix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.IP)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(endpoint, cancellation);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (!tls)
            {
                return stream;
            }

            var secure = new SslStream(stream, leaveInnerStreamOpen: false);
            stream = secure;
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = settings.SslHost ?? HostOf(endpoint),
                CertificateRevocationCheckMode = settings.CheckCertificateRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = (_, _, _, errors) =>
                {
                    onCertificate?.Invoke();
                    return errors == SslPolicyErrors.None;
                },
            };
            if (settings.SslProtocols is { } protocols)
            {
                options.EnabledSslProtocols = protocols;
            }

            await secure.AuthenticateAsClientAsync(options, cancellation);
            return secure;
        }
        catch (OperationCanceledException exception) when (stream is SslStream)
        {
            // A Redis without TLS takes the ClientHello for the beginning of a command and waits for its end (measured: RedisWatchTests).
            await stream.DisposeAsync();
            throw new AuthenticationException(null, exception);
        }
        catch
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            socket.Dispose();
            throw;
        }
    }

    private static string HostOf(EndPoint endpoint) => endpoint switch
    {
        DnsEndPoint name => name.Host,
        IPEndPoint address => address.Address.ToString(),
        _ => "",
    };

    /// <summary>The first line of the reply, at most so long as an error of Redis may be; empty when the connection ended instead.</summary>
    private static async Task<string> AskAsync(Stream stream, byte[] command, CancellationToken cancellation)
    {
        await stream.WriteAsync(command, cancellation);
        var buffer = new byte[512];
        var length = 0;
        while (length < buffer.Length && buffer.AsSpan(0, length).IndexOf("\r\n"u8) < 0)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return Encoding.Latin1.GetString(buffer, 0, length).Split("\r\n")[0];
    }

    private static byte[] Command(params ReadOnlySpan<string> words)
    {
        var text = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words)
        {
            text.Append($"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

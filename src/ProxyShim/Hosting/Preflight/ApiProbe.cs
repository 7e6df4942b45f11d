using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using ProxyShim.Http;

namespace ProxyShim.Hosting.Preflight;

/// <summary>Calls an API through the client that the shim would use, and tells at which step it ends: name, proxy, connection, TLS.</summary>
internal sealed class ApiProbe : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_soon = TimeSpan.FromDays(14);

    private readonly Uri _address;
    private readonly string _part;
    private readonly string _setting;
    private readonly Uri? _proxy;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;
    private DateTimeOffset? _expires;
    private (string Reason, string Seen, string Write)? _distrust;

    public ApiProbe(Uri address, string part, string setting, OutboundSettings outbound, OutboundClients clients, TimeProvider time)
    {
        (_address, _part, _setting, _time) = (address, part, setting, time);
        _proxy = outbound.UseSystemProxy ? HttpClient.DefaultProxy.GetProxy(address) : null;
        var handler = clients.CreateHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accept(certificate, chain, errors);
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private string Place => $"{_address.Host}:{_address.Port}{(_proxy is null ? "" : $" through the proxy {_proxy.Host}:{_proxy.Port}")}";

    /// <summary>That it was reached, and how long its certificate is good.</summary>
    public Finding Reached()
    {
        if (_expires is not { } expires)
        {
            return Finding.Well(_part, $"{Place} answers{(_address.Scheme == "https" ? " over TLS" : ", without TLS")}");
        }

        var left = expires - _time.GetUtcNow();
        return left < s_soon
            ? Finding.Warning(_part, "certificate_ends", $"the certificate of {Place} ends in {left.TotalDays:0} days", "then nobody is reached", "see that it is renewed")
            : Finding.Well(_part, $"{Place} answers over TLS; its certificate is good for {left.TotalDays:0} days");
    }

    /// <returns>The answer, or what is wrong.</returns>
    public async Task<(HttpResponseMessage? Answer, Finding? Fault)> AskAsync(HttpRequestMessage request)
    {
        using var late = new CancellationTokenSource(s_timeout, _time);
        try
        {
            return (await _client.SendAsync(request, late.Token), null);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            var (reason, seen, write) = CauseOf(exception);
            return (null, Finding.Fault(_part, reason, seen, _part == ApiPreflight.CustomerApi ? "no call would get an answer" : "nothing could be converted", write));
        }
    }

    public void Dispose() => _client.Dispose();

    private (string Reason, string Seen, string Write) CauseOf(Exception exception) => exception switch
    {
        _ when _distrust is { } distrust => distrust,
        HttpRequestException when _proxy is not null => (
            "proxy", $"the proxy {_proxy.Host}:{_proxy.Port} does not let the shim through to {_address.Host}:{_address.Port}",
            "correct HTTPS_PROXY, let the proxy allow that host, or name it in NO_PROXY"),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => (
            "dns", $"the name {_address.Host} does not resolve", $"correct the host in {_setting}, or the name service"),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => (
            "tls", $"no TLS with {Place}", $"use the address and port where it speaks TLS in {_setting}"),
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => (
            "refused", $"{Place} refuses the connection", $"correct {_setting}, or open the way to it"),
        OperationCanceledException => ("timeout", $"{Place} does not answer within {s_timeout.TotalSeconds:0} seconds", "look at network, firewall and proxy"),
        _ => ("unavailable", $"{Place} does not answer ({exception.GetType().Name})", $"look whether {_setting} is right and the way to it is open"),
    };

    private bool Accept(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _expires = certificate is X509Certificate2 known ? known.NotAfter : null;
        _distrust = errors == SslPolicyErrors.None ? null
            : _expires < _time.GetUtcNow() || chain?.ChainStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)) == true ? (
                "certificate_expired", $"the certificate of {Place} ended on {_expires:yyyy-MM-dd}", "let whoever runs it renew it, or look whether this machine's clock is right")
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? (
                "tls_name", $"the certificate of {Place} is for another name", $"write the name that it is for into {_setting}")
            : (
                "private_ca", $"nobody whom this machine trusts has signed the certificate of {Place}",
                "name the CA's certificate in SSL_CERT_FILE, if it is yours; else somebody reads along");
        return errors == SslPolicyErrors.None;
    }
}

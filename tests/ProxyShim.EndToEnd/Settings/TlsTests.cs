using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Settings;

/// <summary>A private CA outside, a certificate of the operator's on the legacy listener.</summary>
public sealed class TlsTests
{
    private static readonly (string Request, int Status)[] s_refused =
    [
        ("GET /x HTTP/1.1\r\n\r\n", 400),
        ("OPTIONS a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        ($"GET /{new string('a', 100_000)} HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ($"GET /x HTTP/1.1\r\nHost: a\r\nX-A: {new string('a', 200_000)}\r\n\r\n", 431),
        ("GET /x HTTP/3.7\r\nHost: a\r\n\r\n", 505),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_private_CA_comes_through_SSL_CERT_FILE(bool known)
    {
        using var folder = new TemporaryFolder();
        using var certificate = Certificate(folder);
        await using var upstream = Serve(certificate);
        await upstream.StartAsync(Cancellation);
        var settings = Settings(("CustomerApi:Address", upstream.Urls.Single()));
        if (known)
        {
            settings["SSL_CERT_FILE"] = Path.Combine(folder.Path, "certificate.pem");
        }

        await using var shim = await ShimProcess.StartAsync(settings, Cancellation);
        using var client = new HttpClient();

        using var answer = await client.GetAsync(new Uri(shim.Address, "/x"), Cancellation);

        Assert.Equal(known ? HttpStatusCode.OK : HttpStatusCode.BadGateway, answer.StatusCode);
    }

    [Fact]
    public async Task TLS_on_the_legacy_listener_is_Kestrels_standard_configuration()
    {
        using var folder = new TemporaryFolder();
        using var certificate = Certificate(folder);
        await using var upstream = new RawUpstream();
        await using var shim = await ShimProcess.StartAsync(
            Settings(
                ("CustomerApi:Address", upstream.Address.OriginalString),
                ("Urls", $"https://127.0.0.1:{FreePort.Next()}"),
                ("Kestrel:Certificates:Default:Path", Path.Combine(folder.Path, "certificate.pem")),
                ("Kestrel:Certificates:Default:KeyPath", Path.Combine(folder.Path, "key.pem"))),
            Cancellation);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString();
        using var client = new HttpClient(handler);

        Assert.Equal("ok", await client.GetStringAsync(new Uri(shim.Address, "/x"), Cancellation));
    }

    [Theory]
    [InlineData("Urls", "Kestrel:Certificates:Default")]
    [InlineData("Kestrel:Endpoints:Tls:Url", "Kestrel:Certificates:Default")]
    [InlineData("Kestrel:Endpoints:Tls:Url", "Kestrel:Endpoints:Tls:Certificate")]
    [InlineData("Kestrel:Endpoints:Tls:Url", "Kestrel:Endpoints:Tls:Sni:*:Certificate")]
    public async Task Within_TLS_too_what_Kestrel_refuses_by_itself_is_answered_as_by_the_shim(string address, string at)
    {
        using var folder = new TemporaryFolder();
        using var certificate = Certificate(folder);
        await using var upstream = new RawUpstream();
        var listener = new Uri($"https://127.0.0.1:{FreePort.Next()}");
        await using var shim = await ShimProcess.StartAsync(
            Settings(
                ("CustomerApi:Address", upstream.Address.OriginalString),
                (address, listener.OriginalString),
                ($"{at}:Path", Path.Combine(folder.Path, "certificate.pem")),
                ($"{at}:KeyPath", Path.Combine(folder.Path, "key.pem"))),
            Cancellation);

        foreach (var (request, status) in s_refused)
        {
            using var connection = await RawConnection.OpenAsync(listener, Cancellation, certificate);
            await connection.SendAsync($"GET /x HTTP/1.1\r\nHost: a\r\n\r\n{request}", Cancellation);
            Assert.Equal("ok", (await connection.ReadAsync(Cancellation)).Text);

            Refusal.Hold(await connection.ReadAsync(Cancellation), status);
            Assert.Empty(await connection.ReadToEndAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Connections_that_end_in_good_order_take_no_call_with_them()
    {
        using var folder = new TemporaryFolder();
        using var certificate = Certificate(folder);
        var calls = 0;
        await using var upstream = Serve(certificate, context =>
        {
            if (Interlocked.Increment(ref calls) % 20 == 0)
            {
                // Over HTTP/2 a GOAWAY, over HTTP/1.1 "Connection: close".
                context.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
            }
        });
        await upstream.StartAsync(Cancellation);
        await using var shim = await ShimProcess.StartAsync(
            Settings(("CustomerApi:Address", upstream.Urls.Single()), ("SSL_CERT_FILE", Path.Combine(folder.Path, "certificate.pem"))), Cancellation);
        using var client = new HttpClient { BaseAddress = shim.Address };

        var statuses = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            List<int> statuses = [];
            for (var call = 0; call < 150; call++)
            {
                using var answer = await client.PostAsync("/api/v2/transactions", new StringContent("{\"customer_key\":\"a\",\"amount\":1}"), Cancellation);
                statuses.Add((int)answer.StatusCode);
            }

            return statuses;
        }));

        Assert.All(statuses.SelectMany(each => each), status => Assert.Equal(200, status));
    }

    private static WebApplication Serve(X509Certificate2 certificate, Action<HttpContext>? first = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        app.Run(async context =>
        {
            first?.Invoke(context);
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            await context.Response.WriteAsync("ok", context.RequestAborted);
        });
        return app;
    }

    /// <summary>One that vouches for itself, as a private CA's root does.</summary>
    private static X509Certificate2 Certificate(TemporaryFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(folder.Path, "certificate.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder.Path, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }

    private static Dictionary<string, string> Settings(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["CustomerApi:PublicKey"] = Stand.PublicKey,
            ["CustomerApi:SecretKey"] = Stand.SecretKey,
            ["ConversionApi:Token"] = Stand.Token,
            ["Redis:ConnectionString"] = $"127.0.0.1:{FreePort.Next()}",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return all;
    }
}

#!/usr/bin/env bash
# Kestrel of ASP.NET Core 10.0, Linux x64.
#
# Expected: connection middleware that is added in ConfigureEndpointDefaults sees on an https end point what one that is added behind UseHttps sees: the text of
# the request, and of the answer.
# Seen: defaults are applied before Kestrel adds TLS to an https address of its configuration, so their middleware stands outside of it and sees TLS records. What
# is added there to look at requests, or to mend answers, does nothing once the end point gets a certificate, and nothing says so.
#
# Output seen (the first byte that the middleware reads of a GET):
#   defaults, http: 0x47
#   defaults, https: 0x16
#   behind UseHttps: 0x47
#
# Needs: the .NET 10 SDK. Fails when the output is another.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > finding.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
  </PropertyGroup>
</Project>
XML

cat > Program.cs <<'CSHARP'
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
File.WriteAllText("certificate.pem", certificate.ExportCertificatePem());
File.WriteAllText("key.pem", key.ExportPkcs8PrivateKeyPem());
using var client = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } });

await ShowAsync("defaults, http", "http", inDefaults: true);
await ShowAsync("defaults, https", "https", inDefaults: true);
await ShowAsync("behind UseHttps", "https", inDefaults: false);

async Task ShowAsync(string name, string scheme, bool inDefaults)
{
    var builder = WebApplication.CreateBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.ConfigureKestrel(kestrel =>
    {
        if (inDefaults)
        {
            kestrel.ConfigureEndpointDefaults(endPoint => endPoint.Use(Look));
            kestrel.Configure(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Endpoints:One:Url"] = $"{scheme}://127.0.0.1:0",
                ["Certificates:Default:Path"] = Path.GetFullPath("certificate.pem"),
                ["Certificates:Default:KeyPath"] = Path.GetFullPath("key.pem"),
            }).Build());
        }
        else
        {
            kestrel.Listen(IPAddress.Loopback, 0, endPoint =>
            {
                endPoint.UseHttps(certificate);
                endPoint.Use(Look);
            });
        }
    });
    await using var app = builder.Build();
    app.MapGet("/", () => "ok");
    await app.StartAsync();
    await client.GetStringAsync(app.Urls.Single());

    ConnectionDelegate Look(ConnectionDelegate next) => async connection =>
    {
        var read = await connection.Transport.Input.ReadAsync();
        Console.WriteLine($"{name}: 0x{read.Buffer.FirstSpan[0]:x2}");
        connection.Transport.Input.AdvanceTo(read.Buffer.Start);
        await next(connection);
    };
}
CSHARP

dotnet run --configuration Release --verbosity quiet | tee output
diff output - <<'TEXT'
defaults, http: 0x47
defaults, https: 0x16
behind UseHttps: 0x47
TEXT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Sidecar;

/// <summary>A manifest's settings for a shim of this machine.</summary>
internal static class ShimSettings
{
    /// <summary>Of the certificate that it gets.</summary>
    public const string CertificateSubject = "CN=proxyshim";

    private const string Certificates = "/run/tls/";

    /// <summary>All of them, but for what only a cluster has: the ports, and the folder of the certificate.</summary>
    /// <param name="manifest">Whose settings.</param>
    /// <param name="folder">Gets a certificate.</param>
    public static Dictionary<string, string> Of(Manifest manifest, TemporaryFolder folder)
    {
        WriteCertificate(folder);
        var settings = manifest.Variables.Concat(manifest.Secrets)
            .ToDictionary(setting => setting.Key, setting => setting.Value.Replace(Certificates, folder.Path + "/", StringComparison.Ordinal));
        foreach (var listener in manifest.Listeners.Keys)
        {
            settings[listener] = $"{new Uri(settings[listener]).Scheme}://127.0.0.1:{FreePort.Next()}";
        }

        return settings;
    }

    /// <summary><c>tls.crt</c> and <c>tls.key</c>, good for a day.</summary>
    public static void WriteCertificate(TemporaryFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest(CertificateSubject, key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(folder.Path, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder.Path, "tls.key"), key.ExportPkcs8PrivateKeyPem());
    }
}

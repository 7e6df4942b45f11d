using System.Net.Http.Headers;
using System.Text;
using ProxyShim.Settings;

namespace ProxyShim.CustomerApi;

/// <summary>A vendor key pair that may convert.</summary>
/// <param name="Name">What the log calls the caller that presents it.</param>
internal sealed record CallerPair(string Name, string PublicKey, Secret SecretKey)
{
    /// <summary>The header with which the pair is presented: HTTP Basic (CONTRACT.md).</summary>
    public AuthenticationHeaderValue ToHeader() => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{PublicKey}:{SecretKey.Reveal()}")));
}

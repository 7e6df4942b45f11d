using System.Text;

namespace ProxyShim.Benchmarks.Servers;

/// <summary>The credentials every process of the bench agrees on. They open nothing.</summary>
internal static class Account
{
    public const string PublicKey = "pk_bench";
    public const string SecretKey = "sk_bench";
    public const string Token = "bench-token";
    public const string CaptureToken = "bench-capture-token-0123";
    public const string PartnerKey = "acme";

    /// <summary>32 bytes, base64.</summary>
    public const string PseudonymKey = "YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmU=";

    public static readonly string Basic = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{PublicKey}:{SecretKey}"));
}

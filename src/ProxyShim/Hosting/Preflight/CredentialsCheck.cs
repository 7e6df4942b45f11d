namespace ProxyShim.Hosting.Preflight;

/// <summary>Tells token and key pair apart by their form: in each other's place both are refused with a 401 that reads like a bad password (CONTRACT.md).</summary>
internal static class CredentialsCheck
{
    private static readonly string[] s_keys = ["sk_", "pk_"];

    public static IEnumerable<Finding> Look(ShimSettings settings)
    {
        var token = settings.ConversionApi.Token?.Reveal();
        var pair = settings.CustomerApi.Vendor;
        if (token is not null && (IsKey(token) || token == pair?.SecretKey.Reveal() || token == pair?.PublicKey))
        {
            yield return Finding.Fault(
                "token", "swapped", "ConversionApi:Token has the form of a key, not of a tracking token", "token and key are swapped, or one stands in both places",
                "write the tracking token of the dashboard into ConversionApi:Token and the pair into CustomerApi:PublicKey and CustomerApi:SecretKey");
        }
        else if (token is null)
        {
            yield return Finding.Warning(
                "token", "missing", "ConversionApi:Token is not set", "nothing can be converted; Shadow and Off work", "set it before Rollout:Mode becomes Live");
        }

        if (pair is null)
        {
            yield return Finding.Warning(
                "key_pair", "missing", "CustomerApi:PublicKey is not set", "nothing can be read back, so a conversion that never landed is not noticed", "set the vendor's pair");
        }
        else if (pair.SecretKey.Reveal().StartsWith("pk_", StringComparison.Ordinal) || pair.PublicKey.StartsWith("sk_", StringComparison.Ordinal))
        {
            yield return Finding.Fault(
                "key_pair", "swapped", "the two keys of the pair stand in each other's place", "the Customer API refuses them", "swap CustomerApi:PublicKey and CustomerApi:SecretKey");
        }
    }

    private static bool IsKey(string token) => s_keys.Any(prefix => token.StartsWith(prefix, StringComparison.Ordinal));
}

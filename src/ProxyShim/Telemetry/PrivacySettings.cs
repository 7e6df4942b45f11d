using System.Text;
using ProxyShim.Settings;

namespace ProxyShim.Telemetry;

/// <summary>How a customer is named in the log.</summary>
internal enum CustomerRefKind
{
    /// <summary>A keyed HMAC: the same customer, the same name, and no way back.</summary>
    Pseudonym,

    /// <summary>The <c>customer_key</c> itself.</summary>
    Plain,

    /// <summary>Not at all.</summary>
    None,
}

/// <param name="CustomerRef">How a customer is named in the log.</param>
/// <param name="PseudonymKey">The HMAC's key, at least 32 bytes; null means one that is drawn at start.</param>
internal sealed record PrivacySettings(CustomerRefKind CustomerRef, byte[]? PseudonymKey)
{
    private const int LeastKeyBytes = 32;

    public static PrivacySettings Read(SettingsReader reader)
    {
        var kind = reader.Choice(
            "Privacy:CustomerRef", CustomerRefKind.Pseudonym,
            "How the log names a customer. `Pseudonym`: a keyed HMAC, the same name for the same customer and no way back; `Plain`: the `customer_key` itself; `None`: not at all.");
        return new(kind, ReadKey(reader, isNeeded: kind == CustomerRefKind.Pseudonym));
    }

    private static byte[]? ReadKey(SettingsReader reader, bool isNeeded)
    {
        const string key = "Privacy:PseudonymKey";
        var given = reader.Secret(
            key,
            $"The pseudonyms' key, base64 of at least {LeastKeyBytes} bytes; the same in all replicas, or they call one customer by different names. "
            + "Without one it is drawn at each start, and names end with the process.",
            "(what `openssl rand -base64 32` prints)");
        if (given is not { } secret)
        {
            if (isNeeded)
            {
                reader.Warn(
                    key, "is not set, so that the log calls a customer by another name in each replica, and after each start",
                    "write what 'openssl rand -base64 32' prints, the same for all replicas, into a secret");
            }

            return null;
        }

        var bytes = new byte[secret.Reveal().Length];
        if (Convert.TryFromBase64String(secret.Reveal(), bytes, out var length) && length >= LeastKeyBytes)
        {
            // A reader who knows the example's could tell which name is whose. The example's is text, which bytes drawn by chance are not.
            if (Ascii.IsValid(bytes.AsSpan(0, length)) && GivenText.IsPlaceholder(Encoding.ASCII.GetString(bytes, 0, length)))
            {
                reader.Problem(key, "is the public key of an example", "write what 'openssl rand -base64 32' prints");
            }

            return bytes[..length];
        }

        reader.Problem(key, $"is not base64 of at least {LeastKeyBytes} bytes", "write what 'openssl rand -base64 32' prints");
        return null;
    }
}

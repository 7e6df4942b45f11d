namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>14 letters and digits, upper and lower case: what PartnerStack's keys end in, and what the field has seen of click ids (CONTRACT.md).</summary>
internal static class RandomKey
{
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string From(Random random) => new(random.GetItems(Letters.AsSpan(), 14));
}

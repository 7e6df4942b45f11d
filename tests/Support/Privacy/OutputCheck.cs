using System.Text.RegularExpressions;

namespace ProxyShim.Testing;

/// <summary>Holds what a program says to "nothing leaks".</summary>
/// <param name="settings">The settings that it runs with: what they keep secret, its output must not tell.</param>
public sealed partial class OutputCheck(IReadOnlyDictionary<string, string> settings)
{
    // A shorter one may turn up by chance.
    private const int LeastSecret = 6;

    private static readonly string[] s_secretSettings = ["SecretKey", "Token", "PseudonymKey"];

    private readonly Disguise[] _secrets = [.. SecretsOf(settings).Where(secret => secret.Length >= LeastSecret).Distinct(StringComparer.Ordinal).Select(secret => new Disguise(secret))];

    // Privacy:CustomerRef = Plain asks for it.
    private readonly bool _plain = settings.GetValueOrDefault("Privacy:CustomerRef") == "Plain";

    /// <summary>What the texts give away, each with its whereabouts; empty when nothing.</summary>
    /// <param name="place">Where the texts come from, such as "standard output".</param>
    public IReadOnlyList<string> LeaksIn(string place, IEnumerable<string> texts) =>
        [.. texts.AsParallel().AsOrdered().SelectMany(text => Canaries.FindIn(Visible(text), _secrets).Select(leak => $"{leak}, on {place}: {text}"))];

    /// <exception cref="InvalidOperationException">A text gives something away.</exception>
    public void Hold(string place, IEnumerable<string> texts)
    {
        if (LeaksIn(place, texts) is { Count: > 0 } leaks)
        {
            throw new InvalidOperationException($"The program gives something away:\n - {string.Join("\n - ", leaks.Take(10))}");
        }
    }

    /// <summary>A dead letter's handle is the ledger's own name for it, the SHA-256 of its customer_key (DESIGN.md, "Redis"); only the admin API tells it.</summary>
    public static string WithoutReferences(string text) => Reference().Replace(text, "");

    private string Visible(string text) => _plain ? PlainCustomerRef().Replace(text, "") : text;

    private static IEnumerable<string> SecretsOf(IReadOnlyDictionary<string, string> settings)
    {
        foreach (var (name, value) in settings)
        {
            if (Array.Exists(s_secretSettings, ending => name.EndsWith(ending, StringComparison.Ordinal)))
            {
                yield return value;
            }
            else if (name == "Redis:ConnectionString" && RedisPassword().Match(value) is { Success: true } password)
            {
                yield return password.Groups[1].Value;
            }
        }
    }

    [GeneratedRegex(@"\b\d\d-[0-9a-f]{64}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex("\"CustomerRef\":\"[^\"]*\"", RegexOptions.CultureInvariant)]
    private static partial Regex PlainCustomerRef();

    [GeneratedRegex("password=([^,]+)", RegexOptions.CultureInvariant)]
    private static partial Regex RedisPassword();
}

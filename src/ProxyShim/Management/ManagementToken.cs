using ProxyShim.Settings;

namespace ProxyShim.Management;

/// <summary>A bearer token of the admin API.</summary>
/// <param name="Name">What the log calls the operator who presents it.</param>
/// <param name="Token">At least <see cref="LeastLength"/> characters.</param>
/// <param name="ReadOnly">It opens what is read, and changes nothing.</param>
internal sealed record ManagementToken(string Name, Secret Token, bool ReadOnly)
{
    /// <summary>The name of <c>Management:Token</c>.</summary>
    public const string DefaultName = "default";

    /// <summary>In characters. A client that reaches the listener may guess five times a second (<see cref="Admin.WrongTokens"/>): a word is found.</summary>
    public const int LeastLength = 16;

    private const string Advice = "write a random one, such as 'openssl rand -hex 24' prints";

    /// <summary><c>Management:Token</c> and <c>Management:Tokens</c>, in this order.</summary>
    public static IReadOnlyList<ManagementToken> ReadAll(SettingsReader reader)
    {
        var first = ReadToken(reader, "Management:Token", isRequired: false) is { } token ? new ManagementToken(DefaultName, token, ReadOnly: false) : null;
        var more = reader.List("Management:Tokens", [], key => ReadNamed(reader, key));
        var all = more.Prepend(first).OfType<ManagementToken>().ToList();
        foreach (var twice in all.GroupBy(one => one.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            reader.Problem("Management:Tokens", $"names '{twice.Key}' twice ('{DefaultName}' is Management:Token)", "give each token its own name");
        }

        // Whose it is could not be told.
        foreach (var same in all.GroupBy(one => one.Token.Reveal(), StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            reader.Problem("Management:Tokens", $"has one token under several names ({string.Join(", ", same.Select(one => one.Name))})", Advice + " for each");
        }

        return all;
    }

    private static ManagementToken? ReadNamed(SettingsReader reader, string section)
    {
        var name = reader.Text($"{section}:Name", "What the log calls whoever presents this token.", "ann")?.Trim();
        if (string.IsNullOrEmpty(name))
        {
            reader.Problem($"{section}:Name", "is missing", "write the name by which the log shall call whoever presents this token");
        }

        var token = ReadToken(reader, $"{section}:Token", isRequired: true);
        var readOnly = reader.Flag($"{section}:ReadOnly", fallback: false, "The token opens what is read, and changes nothing.");
        return string.IsNullOrEmpty(name) || token is null ? null : new ManagementToken(name, token, readOnly);
    }

    private static Secret? ReadToken(SettingsReader reader, string key, bool isRequired)
    {
        var token = reader.Secret(
            key,
            isRequired ? "A further token of the admin API; a replaced one counts without a restart."
                : "Bearer token of the admin API and of the console's data. Without one at the start both are off until the next start.",
            "(what `openssl rand -hex 24` prints)");
        if (token is null && isRequired)
        {
            reader.Problem(key, "is missing", Advice);
        }

        if (token is not null && token.Reveal().Length < LeastLength)
        {
            reader.Problem(key, $"is shorter than {LeastLength} characters, so it can be guessed", Advice);
            return null;
        }

        return token;
    }
}

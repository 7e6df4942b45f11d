namespace ProxyShim.Settings;

/// <summary><c>Urls</c>: what legacy apps call.</summary>
internal static class ListenAddresses
{
    public const string Default = "http://127.0.0.1:8080";

    public static IReadOnlyList<Uri> Read(SettingsReader reader)
    {
        const string write = $"write one or more, joined by ';', such as {Default}";
        var addresses = new List<Uri>();
        var texts = reader.Text("Urls", Default).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (texts.Length == 0)
        {
            // Kestrel would choose an address of its own.
            reader.Problem("Urls", "holds no address", write);
        }

        foreach (var text in texts)
        {
            // Kestrel's wildcard hosts are not URIs.
            var plain = text.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
            if (Uri.TryCreate(plain, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.PathAndQuery == "/")
            {
                addresses.Add(address);
            }
            else
            {
                reader.Problem("Urls", $"'{text}' is not an address to listen on", write);
            }
        }

        return addresses;
    }
}

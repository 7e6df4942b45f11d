namespace ProxyShim.Settings;

/// <summary><c>Urls</c>: what legacy apps call.</summary>
internal static class ListenAddresses
{
    public const string Default = "http://127.0.0.1:8080";

    public static IReadOnlyList<ListenAddress> Read(SettingsReader reader)
    {
        const string write = $"write one or more, joined by ';', such as {Default}";
        var addresses = new List<ListenAddress>();
        var texts = reader.Text(
            "Urls", Default,
            "What legacy apps call: one or more addresses joined by `;`. HTTP/1.0 and 1.1. For https the certificate is Kestrel's (`Kestrel:Certificates`).", "http://0.0.0.0:8080").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (texts.Length == 0)
        {
            // Kestrel would choose an address of its own (https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/endpoints).
            reader.Problem("Urls", "holds no address", write);
        }

        foreach (var text in texts)
        {
            if (ListenAddress.TryParse(text, out var address))
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

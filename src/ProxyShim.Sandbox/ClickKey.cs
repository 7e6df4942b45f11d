namespace ProxyShim.Sandbox;

/// <summary>Where the sandbox's shim looks for a customer's click: <c>Clicks:Keys</c>.</summary>
internal static class ClickKey
{
    /// <summary>In the order in which the shim looks: the default, and what a page can fill before there is a customer.</summary>
    public static readonly IReadOnlyList<string> Templates = [Of("{customer_key}"), OfEmailHash("{email_sha256}")];

    public static string Of(string customerKey) => $"click:{customerKey}";

    public static string OfEmailHash(string sha256) => $"click:email:{sha256}";
}

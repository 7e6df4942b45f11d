namespace ProxyShim.Sandbox;

/// <summary>Where the shim looks for a customer's click: the default of <c>Clicks:Keys</c>.</summary>
internal static class ClickKey
{
    public static string Of(string customerKey) => $"click:{customerKey}";
}

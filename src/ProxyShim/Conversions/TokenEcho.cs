namespace ProxyShim.Conversions;

/// <summary>Takes our own tracking token out of what the Conversion API says: it is told to the legacy caller, and kept.</summary>
internal static class TokenEcho
{
    /// <param name="text">What it says.</param>
    /// <param name="token">The token; null where none is set.</param>
    /// <param name="isCut">Whether more was said: the text may end within the token then.</param>
    public static string Hide(string text, string? token, bool isCut)
    {
        if (token is null)
        {
            return text;
        }

        text = text.Replace(token, RefusalText.Hidden, StringComparison.OrdinalIgnoreCase);
        var part = isCut ? token.Length - 1 : 0;
        while (part > 0 && !text.EndsWith(token[..part], StringComparison.OrdinalIgnoreCase))
        {
            part--;
        }

        return text[..^part];
    }
}

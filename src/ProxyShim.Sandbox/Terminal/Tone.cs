namespace ProxyShim.Sandbox.Terminal;

/// <summary>How a text is shown where there are colours.</summary>
internal enum Tone
{
    Plain,
    Heading,
    Faint,
    Good,
    Warning,
    Bad,
}

using System.Text;

namespace ProxyShim.Settings;

/// <summary>A secret from configuration. It never shows itself: what prints, serialises or interpolates it sees asterisks.</summary>
internal sealed class Secret(string value)
{
    private readonly string _value = value;

    /// <summary>The secret itself, for the one place that sends or compares it.</summary>
    public string Reveal() => _value;

    /// <summary>The secret's UTF-8 bytes.</summary>
    public byte[] RevealUtf8() => Encoding.UTF8.GetBytes(_value);

    public override string ToString() => "***";
}

using System.Globalization;

namespace ProxyShim.Ledger.Kept;

/// <summary>Names a dead call to a person: the customer's reference, a colon, and the call's number.</summary>
internal readonly record struct CallReference(ConversionId Id, int Number)
{
    public static bool TryParse(string text, out CallReference reference)
    {
        reference = default;
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ConversionId.TryParse(text[..colon], out var id)
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        reference = new CallReference(id.Value, number);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id}:{Number}");
}

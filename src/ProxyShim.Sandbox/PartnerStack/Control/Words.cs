using System.Text.Json;

namespace ProxyShim.Sandbox.PartnerStack.Control;

/// <summary>Names of enumerations as the control surface spells them.</summary>
internal static class Words
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

using ProxyShim.Sandbox.PartnerStack;

namespace ProxyShim.Sandbox.Tour;

/// <summary>The two APIs as people call them.</summary>
internal static class ApiName
{
    public static string Of(ApiKind kind) => kind is ApiKind.ConversionApi ? "Conversion API" : "Customer API";
}

using System.Reflection;

namespace ProxyShim.Primitives;

/// <summary>The program's version, with the commit where the build was told it: <c>0.1.0+48a258d…</c>.</summary>
internal static class ProductVersion
{
    public static string Current { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}

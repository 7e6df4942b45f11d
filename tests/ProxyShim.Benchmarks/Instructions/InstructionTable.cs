using System.Globalization;

namespace ProxyShim.Benchmarks.Instructions;

/// <summary>Rows of what was counted, with the other one beside it where there is one.</summary>
internal static class InstructionTable
{
    public static string[] Head(bool hasOther) => hasOther ? ["calls", "instructions", "other", "ratio"] : ["calls", "instructions"];

    public static string[] Row(string name, double counted, double? other) => other is { } beside
        ? [name, Thousands(counted), Thousands(beside), (counted / beside).ToString("0.000", CultureInfo.InvariantCulture)]
        : [name, Thousands(counted)];

    private static string Thousands(double instructions) => instructions.ToString("N0", CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace ProxyShim.Benchmarks.Instructions;

/// <summary>Rows of what was counted, with the other one beside it where there is one.</summary>
internal static class InstructionTable
{
    public static string[] Head(bool hasOther) => hasOther ? ["calls", "instructions", "other", "ratio"] : ["calls", "instructions"];

    /// <param name="other">Null where there is no other one, not a number where it cannot do that.</param>
    public static string[] Row(string name, double counted, double? other) => other is { } beside
        ? [name, Thousands(counted), Thousands(beside), Text(counted / beside, "0.000")]
        : [name, Thousands(counted)];

    private static string Thousands(double instructions) => Text(instructions, "N0");

    private static string Text(double figure, string format) => double.IsNaN(figure) ? "–" : figure.ToString(format, CultureInfo.InvariantCulture);
}

using System.Text.Json;

namespace ProxyShim.Testing;

/// <summary>A run's share of the hardening table: a file in <c>artifacts/hardening</c>.</summary>
public static class HardeningPart
{
    private static readonly JsonSerializerOptions s_form = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes it, in place of the one of an earlier run.</summary>
    /// <param name="name">Whose it is.</param>
    public static void Write(string name, IEnumerable<HardeningRow> rows)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "hardening")).FullName;
        File.WriteAllText(Path.Combine(folder, $"{name}.json"), JsonSerializer.Serialize(rows, s_form));
    }
}

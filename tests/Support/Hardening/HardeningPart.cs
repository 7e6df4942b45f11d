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
        var text = JsonSerializer.Serialize(rows, s_form);
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllText(PathOf(name), text);
    }

    /// <summary>That of an earlier run; empty where there is none.</summary>
    /// <inheritdoc cref="Write"/>
    public static IReadOnlyList<HardeningRow> Read(string name) =>
        File.Exists(PathOf(name)) ? JsonSerializer.Deserialize<List<HardeningRow>>(File.ReadAllText(PathOf(name)), s_form)! : [];

    private static string PathOf(string name) => Path.Combine(Repository.Root, "artifacts", "hardening", $"{name}.json");
}

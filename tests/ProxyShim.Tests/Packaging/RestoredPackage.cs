using System.Text.Json;
using System.Xml.Linq;
using ProxyShim.Testing;

namespace ProxyShim.Tests.Packaging;

/// <summary>A package that is linked into the shim.</summary>
/// <param name="License">Its SPDX expression.</param>
/// <param name="Copyright">Who holds it: its own words, else its authors.</param>
internal sealed record RestoredPackage(string Name, string Version, string License, string Copyright)
{
    private static readonly string[] s_runtimes = ["Microsoft.NETCore.App.Runtime.NativeAOT.", "Microsoft.AspNetCore.App.Runtime."];

    /// <summary>All of them, by name, as NuGet has restored them for src/ProxyShim.</summary>
    public static IReadOnlyList<RestoredPackage> All()
    {
        var assets = Assets();
        var folders = assets.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
        return
        [
            .. assets.GetProperty("targets").EnumerateObject().First().Value.EnumerateObject()
                // Analyzers and the like bring nothing that runs.
                .Where(package => package.Value.TryGetProperty("runtime", out _))
                .Select(package => Read(folders, assets.GetProperty("libraries").GetProperty(package.Name).GetProperty("path").GetString()!))
                .OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase),
        ];
    }

    /// <summary>The version of the .NET runtime and of ASP.NET Core, for each platform the same.</summary>
    public static string RuntimeVersion()
        => Assets().GetProperty("project").GetProperty("frameworks").EnumerateObject().Single().Value.GetProperty("downloadDependencies").EnumerateArray()
            .Where(package => s_runtimes.Any(name => package.GetProperty("name").GetString()!.StartsWith(name, StringComparison.Ordinal)))
            .Select(package => package.GetProperty("version").GetString()!.Trim('[', ']').Split(',')[0])
            .Distinct()
            .Single();

    private static JsonElement Assets() => JsonElement.Parse(File.ReadAllText(Path.Combine(Repository.Root, "src", "ProxyShim", "obj", "project.assets.json")));

    private static RestoredPackage Read(IEnumerable<string> folders, string path)
    {
        var folder = folders.Select(root => Path.Combine(root, path)).First(Directory.Exists);
        var metadata = XDocument.Load(Directory.EnumerateFiles(folder, "*.nuspec").Single()).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
        return new RestoredPackage(Text("id")!, Text("version")!, Text("license")!, Text("copyright") ?? Text("authors")!);

        string? Text(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
    }
}

using System.Diagnostics;
using System.Globalization;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.SwitchOver;

/// <summary>
/// <c>appsettings.json</c> as Kubernetes mounts it from a ConfigMap: a link through <c>..data</c>, which leads to a folder that is named by the time. A change
/// makes a new folder and swaps that one link; of the file itself neither the name nor its link's time changes.
/// </summary>
internal sealed class MountedFile(string folder)
{
    private int _versions;

    /// <summary>Writes another version of it.</summary>
    public void Write(string json)
    {
        var version = string.Create(CultureInfo.InvariantCulture, $"..2026_05_04_{++_versions:0000}");
        Directory.CreateDirectory(Path.Combine(folder, version));
        File.WriteAllText(Path.Combine(folder, version, "appsettings.json"), json);
        var (data, next, file) = (Path.Combine(folder, "..data"), Path.Combine(folder, "..data_tmp"), Path.Combine(folder, "appsettings.json"));
        File.CreateSymbolicLink(next, version);
        Rename(next, data);
        if (new FileInfo(file).LinkTarget is null)
        {
            File.CreateSymbolicLink(file, Path.Combine("..data", "appsettings.json"));
        }
    }

    // File.Move takes a link to a folder for that folder.
    private static void Rename(string from, string to)
    {
        using var move = Process.Start(Require.Program("mv", "coreutils"), ["-T", from, to]);
        move.WaitForExit();
        Assert.Equal(0, move.ExitCode);
    }
}

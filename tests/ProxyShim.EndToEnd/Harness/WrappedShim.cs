using ProxyShim.Testing;

namespace ProxyShim.EndToEnd.Harness;

/// <summary>The published program, started by a shell that prepares its surroundings first.</summary>
public static class WrappedShim
{
    /// <summary>Writes the script.</summary>
    /// <param name="script">In it, <c>$SHIM</c> is the program; it ends with <c>exec</c>.</param>
    public static async Task<PublishedShim> WriteAsync(TemporaryFolder folder, string script, CancellationToken cancellation)
    {
        var binary = await PublishedShim.LocateAsync();
        var path = Path.Combine(folder.Path, "start");
        await File.WriteAllTextAsync(path, $"#!/bin/sh\ncd '{folder.Path}'\nSHIM='{binary.Path}'\n{script}\n", cancellation);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return binary with { Path = path };
    }
}

using System.Globalization;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Measure;

/// <summary>What an image takes on a machine, all layers unpacked, as the engine counts it.</summary>
internal static class ImageSize
{
    /// <returns>MiB.</returns>
    /// <exception cref="InvalidOperationException">There is no engine, or no such image.</exception>
    public static async Task<double> OfAsync(string image, CancellationToken cancellationToken)
    {
        var output = Path.GetTempFileName();
        var inspect = Launch.Of("docker", "image", "inspect", "--format", "{{.Size}}", image);
        return long.Parse(await ChildProcess.RunAsync(inspect, Cores.Others, output, cancellationToken), CultureInfo.InvariantCulture) / 1024.0 / 1024;
    }
}

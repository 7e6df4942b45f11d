using System.IO.Hashing;
using System.Text;

namespace ProxyShim.Hosting;

/// <summary>The files among the sources of the settings, by their content. The others, environment and command line, stay as they are while a process lives.</summary>
internal static class SettingsFiles
{
    /// <summary>Where it is looked for: the working directory.</summary>
    public const string Json = "appsettings.json";

    /// <summary>The same for the same names and bytes; null where they cannot be read.</summary>
    /// <param name="secrets">The folder of secrets; it may be missing.</param>
    public static UInt128? Fingerprint(string secrets)
    {
        var hash = new XxHash128();
        try
        {
            foreach (var file in Directory.Exists(secrets) ? Directory.EnumerateFiles(secrets).Order(StringComparer.Ordinal).Prepend(Json) : [Json])
            {
                Append(hash, file);
            }

            return hash.GetCurrentHashAsUInt128();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Append(XxHash128 hash, string file)
    {
        if (File.Exists(file))
        {
            // With its length, so that no byte of one file can pass for one of the next.
            using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            hash.Append(Encoding.UTF8.GetBytes($"{file}\0{content.Length}\0"));
            hash.Append(content);
        }
    }
}

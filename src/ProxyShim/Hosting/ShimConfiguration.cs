using System.Text.Json;
using ProxyShim.Settings;

namespace ProxyShim.Hosting;

/// <summary>Where settings come from; later sources win: file, secret files, environment, command line.</summary>
internal static class ShimConfiguration
{
    private const string SecretsFolder = "Secrets:Folder";

    // Where Docker puts secrets (https://docs.docker.com/compose/how-tos/use-secrets/), and Kubernetes by our manifests: a file a setting, named with __ for a
    // colon (https://learn.microsoft.com/aspnet/core/fundamentals/configuration/#key-per-file-configuration-provider).
    private const string DefaultSecretsFolder = "/run/secrets";

    /// <exception cref="SettingsException">A file cannot be read.</exception>
    public static IConfigurationRoot Read(string[] arguments)
    {
        try
        {
            // It is needed before the files in it can be read.
            var reader = new SettingsReader(Sources(arguments, secrets: null));
            var folder = ReadSecretsFolder(reader);
            return reader.Problems.Count == 0 ? Sources(arguments, folder) : throw new SettingsException(reader.Problems);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([ProblemOf(exception)]);
        }
    }

    /// <summary>Why a source cannot be read: the outer message names the file, the innermost what is wrong with it.</summary>
    internal static string ProblemOf(Exception exception) => exception.GetBaseException() switch
    {
        // Its own message quotes a mistyped word up to the file's end, with whatever secrets stand there
        // (https://github.com/dotnet/runtime/blob/main/src/libraries/System.Text.Json/src/System/Text/Json/ThrowHelper.cs).
        JsonException json => $"{exception.Message} It is no JSON: line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}.",
        var cause when cause == exception => exception.Message,
        var cause => $"{exception.Message} {cause.Message}",
    };

    /// <summary>Declares it, with the rest of the settings.</summary>
    /// <returns>An absolute path.</returns>
    public static string ReadSecretsFolder(SettingsReader reader)
    {
        var given = reader.Text(
            SecretsFolder, DefaultSecretsFolder,
            "A folder of files that are settings: each file's name is the setting's, with `__` for `:`, and its content the value. A folder that is set must exist.", "/etc/proxyshim");
        var folder = Path.GetFullPath(given);
        if (given != DefaultSecretsFolder && !Directory.Exists(folder))
        {
            reader.Problem(SecretsFolder, $"'{given}' is not a folder", "write the path of one, such as /run/secrets");
        }

        return folder;
    }

    private static IConfigurationRoot Sources(string[] arguments, string? secrets)
    {
        var builder = new ConfigurationBuilder()
            .SetBasePath(Directory.GetCurrentDirectory())
            .AddJsonFile(SettingsFiles.Json, optional: true, reloadOnChange: false);
        if (secrets is not null)
        {
            builder.AddKeyPerFile(secrets, optional: true);
        }

        return builder.AddEnvironmentVariables().AddCommandLine(arguments).Build();
    }
}

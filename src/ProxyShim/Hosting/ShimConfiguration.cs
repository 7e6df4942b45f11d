using ProxyShim.Settings;

namespace ProxyShim.Hosting;

/// <summary>Where settings come from; later sources win: file, secret files, environment, command line.</summary>
internal static class ShimConfiguration
{
    // Where Docker and Kubernetes put secrets: a file a setting, named with __ for a colon.
    private const string SecretFiles = "/run/secrets";

    /// <exception cref="SettingsException">A file cannot be read.</exception>
    public static IConfigurationRoot Read(string[] arguments)
    {
        try
        {
            return new ConfigurationBuilder()
                .SetBasePath(Directory.GetCurrentDirectory())
                .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
                .AddKeyPerFile(SecretFiles, optional: true)
                .AddEnvironmentVariables()
                .AddCommandLine(arguments)
                .Build();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            // The outer message names the file, the innermost the place in it.
            var cause = exception.GetBaseException();
            throw new SettingsException([cause == exception ? exception.Message : $"{exception.Message} {cause.Message}"]);
        }
    }
}

using ProxyShim.Lifetime;
using ProxyShim.Management.Reporting;
using ProxyShim.Primitives;
using ProxyShim.Settings;

namespace ProxyShim.Hosting.Commands;

/// <summary>The binary's commands: <c>serve</c> (the default), <c>health</c>, <c>dead-letters</c>, <c>report</c>, <c>--version</c>.</summary>
internal static class CommandLine
{
    // sysexits.h: EX_CONFIG, EX_USAGE.
    private const int ConfigurationError = 78;
    private const int StartError = 1;
    public const int UsageError = 64;

    /// <param name="serve">Serves until it is told to stop, and returns the exit code.</param>
    public static async Task<int> RunAsync(string[] arguments, Func<string[], Task<int>> serve)
    {
        StandardDescriptors.Open();
        var command = arguments is [{ } first, ..] && !first.StartsWith("--", StringComparison.Ordinal) ? first : arguments is ["--version"] ? "--version" : "serve";
        var rest = arguments is [{ } head, ..] && head == command ? arguments[1..] : arguments;
        try
        {
            return command switch
            {
                "serve" => await serve(rest),
                "report" => ReportCommand.Run(rest, Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error, TimeProvider.System),
                "health" => await HealthCommand.RunAsync(rest),
                "dead-letters" => await DeadLettersCommand.RunAsync(rest),
                "settings" => Print(SettingsPage.Render(ShimSettings.Describe()).TrimEnd()),
                "--version" => Print(ProductVersion.Current),
                _ => Usage(command),
            };
        }
        catch (SettingsException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return ConfigurationError;
        }
        catch (StartException exception)
        {
            Console.Error.WriteLine($"The shim cannot start: {exception.Message}");
            return StartError;
        }
    }

    private static int Print(string text)
    {
        Console.Out.WriteLine(text);
        return 0;
    }

    private static int Usage(string command)
    {
        Console.Error.WriteLine($"'{command}' is not a command; write serve (or nothing), health, dead-letters, report, or --version.");
        return UsageError;
    }
}

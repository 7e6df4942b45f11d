using System.CommandLine;
using ProxyShim.Lifetime;
using ProxyShim.Settings;

namespace ProxyShim.Hosting.Commands;

/// <summary>Understands the command line and runs the command that it names.</summary>
internal static class CommandLine
{
    // sysexits.h (https://man.freebsd.org/cgi/man.cgi?sysexits(3)): EX_CONFIG, EX_USAGE.
    private const int ConfigurationError = 78;
    private const int StartError = 1;
    private const int UsageError = 64;

    /// <summary>Words are what they are: no files of arguments (@file), no -abc for -a -b -c.</summary>
    public static ParserConfiguration Parsing { get; } = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Errors are told below, and the end of the process is the host's affair.</summary>
    public static InvocationConfiguration Invocation { get; } = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    /// <param name="serve">Serves until it is told to stop, and returns the exit code.</param>
    public static async Task<int> RunAsync(string[] arguments, Func<string[], Task<int>> serve)
    {
        StandardDescriptors.Open();
        var (settings, words) = SettingArguments.Split(arguments);
        var result = new CommandTree(settings, serve).Build().Parse(words, Parsing);
        if (result.Errors.Count > 0)
        {
            return Usage(result, words);
        }

        try
        {
            return await result.InvokeAsync(Invocation);
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

    private static int Usage(ParseResult result, string[] words)
    {
        var command = result.CommandResult.Command;
        foreach (var error in result.Errors)
        {
            Console.Error.WriteLine(SettingArguments.WithoutValues(error.Message, words));
        }

        var near = result.UnmatchedTokens.Select(word => NearestName.Of(word, command.Subcommands.Select(part => part.Name))).OfType<string>().FirstOrDefault();
        var path = command is RootCommand ? "proxyshim" : $"proxyshim {string.Join(' ', PathOf(command))}";
        Console.Error.WriteLine($"{(near is null ? "" : $"Did you mean '{near}'? ")}'{path} --help' tells what may be written.");
        return UsageError;
    }

    private static IEnumerable<string> PathOf(Command command) =>
        command.Parents.OfType<Command>().Where(parent => parent is not RootCommand).SelectMany(PathOf).Append(command.Name);
}

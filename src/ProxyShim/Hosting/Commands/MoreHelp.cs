using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ProxyShim.Hosting.Commands;

/// <summary>The library's help, and below it what it has no place for: examples, exit codes, where settings come from.</summary>
/// <param name="more">What is said of a command besides.</param>
internal sealed class MoreHelp(HelpAction help, IReadOnlyDictionary<Command, string> more) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.Invoke(parseResult);
        if (more.TryGetValue(parseResult.CommandResult.Command, out var text))
        {
            parseResult.InvocationConfiguration.Output.WriteLine(text);
        }

        return 0;
    }
}

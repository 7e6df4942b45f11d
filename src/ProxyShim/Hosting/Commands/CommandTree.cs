using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using ProxyShim.Hosting.Preflight;
using ProxyShim.Management.Reporting;
using ProxyShim.Primitives;
using ProxyShim.Settings;

namespace ProxyShim.Hosting.Commands;

/// <summary>The binary's commands, with their arguments and their help.</summary>
/// <param name="settings">What the command line says of settings.</param>
/// <param name="serve">Serves until it is told to stop, and returns the exit code.</param>
internal sealed class CommandTree(string[] settings, Func<string[], Task<int>> serve)
{
    private const string NotHere = "takes no settings; leave out";

    private readonly Dictionary<Command, string> _more = [];

    public RootCommand Build()
    {
        var root = new RootCommand(
            "Turns a legacy app's calls that create a PartnerStack customer into S2S conversions, and forwards all other calls as they are.\nWithout a command it serves.")
        {
            Serve(), Check(), Health(), DeadLetters(), Clicks(), Report(), Settings(), Version(),
        };
        root.Add(Help(root));
        root.SetAction((_, _) => serve(settings));
        _more[root] = HelpText.Serve;

        // Without the library's own directive [suggest] (https://learn.microsoft.com/dotnet/standard/commandline/syntax#directives), which no help describes.
        root.Directives.Clear();
        root.Options.OfType<VersionOption>().Single().Action = new PrintVersion();
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new MoreHelp((HelpAction)help.Action!, _more);
        return root;
    }

    private Command Serve()
    {
        var command = new Command("serve", "Serves until it is told to stop. The same as no command at all.");
        command.SetAction((_, _) => serve(settings));
        return With(HelpText.Serve, command);
    }

    private Command Check()
    {
        var json = new Option<bool>("--json") { Description = "As JSON rather than as lines." };
        var test = new Option<bool>("--send-test") { Description = "Sends one conversion too, to the test environment only, and reads it back after Verification:Grace." };
        var command = new Command("check", "Looks at what the shim of these settings would meet: Redis, both APIs, key pair, token, clicks. It changes nothing.") { json, test };
        command.SetAction((words, _) => PreflightCommand.RunAsync(
            settings, words.GetValue(json), words.GetValue(test),
            colours: !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")), Console.OpenStandardOutput(), TimeProvider.System));
        return With(HelpText.Check, command);
    }

    private Command Health()
    {
        var url = new Argument<string?>("URL") { Description = "The management listener of another machine: http://HOST:PORT.", Arity = ArgumentArity.ZeroOrOne };
        url.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ListenAddress.TryParse(token.Value, out _))
            {
                result.AddError($"'{token.Value}' is no address, such as http://proxyshim:8081.");
            }
        });
        var command = new Command("health", "Asks the shim that runs on this machine, or at a URL, whether it is ready; for an image without a shell.") { url };
        command.SetAction((words, _) => HealthCommand.RunAsync(settings, words.GetValue(url) is { } text ? new Uri(text) : null));
        return With(HelpText.Health, command);
    }

    private Command DeadLetters()
    {
        var list = new Command("list", "Shows them, the oldest first; at most 64 of each of the 16 partitions.");
        list.SetAction((_, _) => DeadLettersCommand.ListAsync(settings));

        var replay = new Command("replay", "Sends one again, or all.");
        var optional = new Argument<string?>("REF") { Description = "As the list shows it; its beginning will do.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "All conversions; a kept call is played again by its REF." };
        replay.Add(optional);
        replay.Add(all);
        replay.Validators.Add(result =>
        {
            if (result.GetValue(all) == result.GetValue(optional) is not null)
            {
                result.AddError("Write either a REF or --all.");
            }
        });
        replay.SetAction((words, _) => DeadLettersCommand.ReplayAsync(settings, words.GetValue(optional)));

        var discard = new Command("discard", "Forgets one for good; its customer is the Customer API's from then on.");
        var reference = new Argument<string>("REF") { Description = optional.Description };
        discard.Add(reference);
        discard.SetAction((words, _) => DeadLettersCommand.DiscardAsync(settings, words.GetRequiredValue(reference)));

        var command = new Command("dead-letters", "Shows conversions that were given up, sends them again, or forgets them.") { list, replay, discard };
        foreach (var part in (Command[])[list, replay, discard])
        {
            With(HelpText.DeadLetters, part);
        }

        return With(HelpText.DeadLetters, command);
    }

    private Command Clicks()
    {
        var files = new Argument<string[]>("FILE") { Description = "Files to read; none, or -, is standard input.", Arity = ArgumentArity.ZeroOrMore };
        files.Validators.Add(RefuseOptions);
        var dryRun = new Option<bool>("--dry-run") { Description = "Reads and judges each row, and writes nothing." };
        var import = new Command("import", "Writes the clicks of files: JSON objects, one a line, or CSV with a header; packed by gzip or not.") { files, dryRun };
        import.SetAction((words, _) => ClicksCommand.ImportAsync(settings, words.GetValue(files) ?? [], words.GetValue(dryRun)));

        var key = new Argument<string>("KEY") { Description = "The customer_key." };
        var get = new Command("get", "Shows a customer's click.") { key };
        get.SetAction((words, _) => ClicksCommand.GetAsync(settings, words.GetRequiredValue(key)));

        var xid = new Argument<string>("XID") { Description = "The click id: what the partner link put into ps_xid." };
        var put = new Command("put", "Writes a customer's click, as of now.") { key, xid };
        put.SetAction((words, _) => ClicksCommand.PutAsync(settings, words.GetRequiredValue(key), words.GetRequiredValue(xid)));

        var delete = new Command("delete", "Takes a customer's click away.") { key };
        delete.SetAction((words, _) => ClicksCommand.DeleteAsync(settings, words.GetRequiredValue(key)));

        var command = new Command("clicks", "Writes, shows and deletes customers' clicks, one by one or from files.") { import, get, put, delete };
        foreach (var part in (Command[])[import, get, put, delete])
        {
            With(HelpText.Clicks, part);
        }

        return With(HelpText.Clicks, command);
    }

    private Command Report()
    {
        var files = new Argument<string[]>("FILE") { Description = "Logs to read; none, or -, is standard input.", Arity = ArgumentArity.ZeroOrMore };
        var json = new Option<bool>("--json") { Description = "As JSON rather than as tables." };
        var shadow = new Option<bool>("--shadow") { Description = "What would have been, had it been live: of a log that was written in the shadow." };
        var by = new Option<string>("--by") { Description = "Click, sign-up and sale, by what brought the customer: partner or subid." };
        by.AcceptOnlyFromAmong(ReportCommand.ByPartner, ReportCommand.BySubId);
        var csv = new Option<bool>("--csv") { Description = "That as CSV." };
        var command = new Command("report", "Adds up what logs say: conversions, hit rate, fallbacks by reason, latency, unverified, phantoms; sales by partner.")
        {
            files, json, shadow, by, csv,
        };
        command.Validators.Add(words =>
        {
            if (words.GetValue(csv) && (words.GetValue(by) is null || words.GetValue(json)))
            {
                words.AddError("--csv goes with --by, and without --json.");
            }

            if (words.GetValue(shadow) && words.GetValue(by) is not null)
            {
                words.AddError("--shadow and --by are two reports: ask for one.");
            }
        });
        files.Validators.Add(RefuseOptions);
        command.SetAction(words => ReportCommand.Run(
            words.GetValue(files) ?? [], words.GetValue(json), words.GetValue(shadow), Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error, TimeProvider.System,
            asTerminal: !Console.IsInputRedirected, words.GetValue(by), words.GetValue(csv)));
        return With(HelpText.Report, Without(command));
    }

    private Command Settings()
    {
        var command = new Command("settings", "Lists all settings: what each takes, its default, what it does, an example. In Markdown.");
        command.SetAction(_ => Console.Out.Write(SettingsPage.Render(ShimSettings.Describe())));
        return With(HelpText.Settings, Without(command));
    }

    private Command Version()
    {
        var command = new Command("version", "Prints the version.");
        command.SetAction(_ => PrintVersion.Print());
        return Without(command);
    }

    private static Command Help(RootCommand root)
    {
        var words = new Argument<string[]>("COMMAND") { Description = "Whose help; none is the program's.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("help", "Prints help, the same as --help.") { words };
        command.Validators.Add(result =>
        {
            Command known = root;
            foreach (var word in result.GetValue(words) ?? [])
            {
                if (known.Subcommands.FirstOrDefault(part => part.Name == word) is not { } next)
                {
                    result.AddError($"'{word}' is not a command.");
                    return;
                }

                known = next;
            }
        });
        command.SetAction(result => root.Parse([.. result.GetValue(words) ?? [], "--help"], CommandLine.Parsing).Invoke(CommandLine.Invocation));
        return command;
    }

    // Where any file may stand, the library takes a misspelt option for one.
    private static void RefuseOptions(System.CommandLine.Parsing.ArgumentResult result)
    {
        if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith("--", StringComparison.Ordinal)) is { } unknown)
        {
            result.AddError($"'{unknown.Value}' is not an option.");
        }
    }

    private Command With(string text, Command command)
    {
        _more[command] = text;
        return command;
    }

    // A setting that would do nothing is an operator's mistake.
    private Command Without(Command command)
    {
        command.Validators.Add(result =>
        {
            if (settings.Length > 0)
            {
                result.AddError($"'{command.Name}' {NotHere} '{settings[0].Split('=')[0]}'.");
            }
        });
        return command;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public static void Print() => Console.Out.WriteLine(ProductVersion.Current);

        public override int Invoke(ParseResult parseResult)
        {
            Print();
            return 0;
        }
    }
}

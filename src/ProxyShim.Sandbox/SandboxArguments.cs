using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace ProxyShim.Sandbox;

/// <summary>The sandbox's command line.</summary>
internal sealed record SandboxArguments
{
    // sysexits.h: EX_USAGE.
    public const int UsageError = 64;

    public const string Usage = """
        ProxyShim.Sandbox: a Redis, a simulated PartnerStack and the shim in front of it, on loopback.

          --lag TIME     from an accepted conversion to its customer's record, such as 5 (seconds), 500ms, 15s or 2m;
                         5s unless told, 1s with --once (the real one takes minutes)
          --once         end after the tour instead of serving until Ctrl-C
          --partnerstack only the simulated PartnerStack and the demo site, for a shim that runs elsewhere on this loopback, and whose
                         settings are in the environment
          --listen IP    with it: where the demo site and partners' links listen, such as 0.0.0.0 in a container that publishes
                         their ports; 127.0.0.1 unless told
          --show-log     print the shim's log too, each line after "shim | "
          --help, -h     this text

        A setting of the shim that the sandbox does not need for itself can be tried as an environment variable, such as Rollout__Mode=Off.
        On a terminal the tour waits for a key after each screen. NO_COLOR=1 leaves the colours out.
        """;

    // Long enough to see that a record is not there at once, short enough to wait for it.
    private static readonly TimeSpan s_lagToWatch = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lagOfOnce = TimeSpan.FromSeconds(1);

    public TimeSpan Lag => GivenLag ?? (Once ? s_lagOfOnce : s_lagToWatch);

    public bool Once { get; private init; }

    public bool PartnerStackOnly { get; private init; }

    /// <summary>Of what browsers come to beside the shim; all else is on loopback always.</summary>
    public IPAddress Listen => GivenListen ?? IPAddress.Loopback;

    public bool ShowLog { get; private init; }

    public bool Help { get; private init; }

    private TimeSpan? GivenLag { get; init; }

    private IPAddress? GivenListen { get; init; }

    /// <param name="problem">What is wrong with the first argument that cannot be read; null when all can.</param>
    public static SandboxArguments Parse(ReadOnlySpan<string> arguments, out string? problem)
    {
        var parsed = new SandboxArguments();
        problem = null;
        while (problem is null && arguments is [var name, .. var rest])
        {
            arguments = rest;
            switch (name)
            {
                case "--once":
                    parsed = parsed with { Once = true };
                    break;
                case "--partnerstack":
                    parsed = parsed with { PartnerStackOnly = true };
                    break;
                case "--show-log":
                    parsed = parsed with { ShowLog = true };
                    break;
                case "--help" or "-h":
                    parsed = parsed with { Help = true };
                    break;
                case "--lag":
                    problem = Read(name, "a time", Duration.Forms, Duration.TryParse, ref arguments, out TimeSpan lag);
                    parsed = parsed with { GivenLag = lag };
                    break;
                case "--listen":
                    problem = Read(name, "an IP address", "one such as 0.0.0.0", IPAddress.TryParse, ref arguments, out IPAddress? address);
                    parsed = parsed with { GivenListen = address };
                    break;
                default:
                    problem = $"'{name}' is not an option; they are --lag, --listen, --once, --partnerstack, --show-log and --help.";
                    break;
            }
        }

        if (parsed is { GivenListen: not null, PartnerStackOnly: false })
        {
            problem ??= "--listen is for --partnerstack: everything else is on loopback, always.";
        }

        return parsed;
    }

    /// <summary>Takes an option's value from what is left of the command line.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    private static string? Read<T>(string option, string kind, string forms, TryParse<T> tryParse, ref ReadOnlySpan<string> rest, out T? value)
    {
        value = default;
        if (rest is not [var text, .. var others])
        {
            return $"{option} needs {kind}: {forms}.";
        }

        rest = others;
        return tryParse(text, out value) ? null : $"{option} '{text}' is not {kind}; write {forms}.";
    }

    private delegate bool TryParse<T>(string text, [NotNullWhen(true)] out T? value);
}

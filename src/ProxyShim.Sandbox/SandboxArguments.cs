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
          --partnerstack only the simulated PartnerStack, for a shim that runs elsewhere on this loopback
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

    public bool ShowLog { get; private init; }

    public bool Help { get; private init; }

    private TimeSpan? GivenLag { get; init; }

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
                    (parsed, problem) = parsed.WithLag(rest);
                    arguments = rest.IsEmpty ? rest : rest[1..];
                    break;
                default:
                    problem = $"'{name}' is not an option; they are --lag, --once, --partnerstack, --show-log and --help.";
                    break;
            }
        }

        return parsed;
    }

    private (SandboxArguments Parsed, string? Problem) WithLag(ReadOnlySpan<string> rest) => rest switch
    {
        [] => (this, $"--lag needs a time: {Duration.Forms}."),
        [var text, ..] when !Duration.TryParse(text, out _) => (this, $"--lag '{text}' is not a time; write {Duration.Forms}."),
        [var text, ..] => (this with { GivenLag = Duration.TryParse(text, out var lag) ? lag : null }, null),
    };
}

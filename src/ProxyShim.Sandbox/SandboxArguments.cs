using System.Globalization;

namespace ProxyShim.Sandbox;

/// <summary>The sandbox's command line.</summary>
internal sealed record SandboxArguments
{
    // sysexits.h: EX_USAGE.
    public const int UsageError = 64;

    public const string Usage = """
        ProxyShim.Sandbox: a Redis, a simulated PartnerStack and the shim in front of it, on loopback.

          --lag hh:mm:ss   from an accepted conversion to its customer's record; 00:00:05 unless told (the real one takes minutes)
          --once           end after the tour instead of serving until Ctrl-C
          --show-log       print the shim's log too, each line after "shim | "

        A setting of the shim that the sandbox does not need for itself can be tried as an environment variable, such as Rollout__Mode=Off.
        """;

    // Long enough to see that a record is not there at once, short enough to wait for it.
    private static readonly TimeSpan s_defaultLag = TimeSpan.FromSeconds(5);

    public TimeSpan Lag { get; private init; } = s_defaultLag;

    public bool Once { get; private init; }

    public bool ShowLog { get; private init; }

    /// <returns>False when an argument is unknown or its value is not a duration of at least zero.</returns>
    public static bool TryParse(ReadOnlySpan<string> arguments, out SandboxArguments parsed)
    {
        parsed = new();
        while (arguments is [var name, .. var rest])
        {
            arguments = rest;
            switch (name)
            {
                case "--once":
                    parsed = parsed with { Once = true };
                    break;
                case "--show-log":
                    parsed = parsed with { ShowLog = true };
                    break;
                case "--lag" when rest is [var text, .. var after]
                    && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var lag) && lag >= TimeSpan.Zero:
                    parsed = parsed with { Lag = lag };
                    arguments = after;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}

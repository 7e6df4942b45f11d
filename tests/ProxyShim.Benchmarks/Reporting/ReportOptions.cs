namespace ProxyShim.Benchmarks.Reporting;

/// <summary>What <c>-- report</c> was asked for.</summary>
internal sealed record ReportOptions
{
    public const string Usage = """
        dotnet run -c Release --project tests/ProxyShim.Benchmarks -- report [options]
          --lines N             lines of the log that is read (1000000)
          --rounds N            rounds, each reader once a round, in alternating order (5)
          --shim PATH           the shim's native binary (published by the harness)
          --other PATH          another native binary of the shim, such as an older one: its usual report on the same log, in the same rounds
          --short               the form for CI: 50000 lines once; that both count alike is asserted, no speed
        """;

    public int Lines { get; init; } = 1_000_000;

    public int Rounds { get; init; } = 5;

    public string? Shim { get; init; }

    public string? Other { get; init; }

    /// <exception cref="FormatException">An option is unknown or lacks its value.</exception>
    public static ReportOptions Parse(IReadOnlyList<string> arguments)
    {
        // The short form is a set of defaults, so that what stands beside it on the command line still counts.
        var options = arguments.Contains("--short") ? new ReportOptions { Lines = 50_000, Rounds = 1 } : new ReportOptions();
        var words = new OptionWords(arguments);
        while (words.MoveNext())
        {
            options = words.Name switch
            {
                "--short" => options,
                "--lines" => options with { Lines = words.Number() },
                "--rounds" => options with { Rounds = words.Number() },
                "--shim" => options with { Shim = words.PathValue() },
                "--other" => options with { Other = words.PathValue() },
                var unknown => throw new FormatException($"unknown option {unknown}"),
            };
        }

        return options;
    }
}

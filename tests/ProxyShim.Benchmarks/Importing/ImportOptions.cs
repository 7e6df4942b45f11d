namespace ProxyShim.Benchmarks.Importing;

/// <summary>What <c>-- import</c> was asked for.</summary>
internal sealed record ImportOptions
{
    public const string Usage = """
        dotnet run -c Release --project tests/ProxyShim.Benchmarks -- import [options]
          --rows N              rows of each file (1000000)
          --rounds N            rounds, each way once a round (3)
          --shim PATH           the shim's native binary (published by the harness)
          --short               the form for CI: 20000 rows once; that all are there is asserted, no speed
        """;

    public int Rows { get; init; } = 1_000_000;

    public int Rounds { get; init; } = 3;

    public string? Shim { get; init; }

    /// <exception cref="FormatException">An option is unknown or lacks its value.</exception>
    public static ImportOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = arguments.Contains("--short") ? new ImportOptions { Rows = 20_000, Rounds = 1 } : new ImportOptions();
        var words = new OptionWords(arguments);
        while (words.MoveNext())
        {
            options = words.Name switch
            {
                "--short" => options,
                "--rows" => options with { Rows = words.Number() },
                "--rounds" => options with { Rounds = words.Number() },
                "--shim" => options with { Shim = words.PathValue() },
                var unknown => throw new FormatException($"unknown option {unknown}"),
            };
        }

        return options;
    }
}

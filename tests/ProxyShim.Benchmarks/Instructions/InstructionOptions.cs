namespace ProxyShim.Benchmarks.Instructions;

/// <summary>What <c>-- redis-instructions</c> was asked for.</summary>
internal sealed record InstructionOptions
{
    public const string Usage = """
        dotnet run -c Release --project tests/ProxyShim.Benchmarks -- redis-instructions [options]
          --scripts FOLDER      the ledger's scripts (src/ProxyShim/Ledger/Scripts)
          --other FOLDER        those of another checkout, counted beside them; one with a prelude.lua is called as checkouts of its time call
          --calls N             conversions that are counted, after 200 others (1000)
        """;

    public string Scripts { get; init; } = Path.GetFullPath("src/ProxyShim/Ledger/Scripts");

    public string? Other { get; init; }

    public int Calls { get; init; } = 1000;

    /// <exception cref="FormatException">An option is unknown or lacks its value.</exception>
    public static InstructionOptions Parse(IReadOnlyList<string> arguments)
    {
        var (options, words) = (new InstructionOptions(), new OptionWords(arguments));
        while (words.MoveNext())
        {
            options = words.Name switch
            {
                "--scripts" => options with { Scripts = words.PathValue() },
                "--other" => options with { Other = words.PathValue() },
                "--calls" => options with { Calls = words.Number() },
                var unknown => throw new FormatException($"unknown option {unknown}"),
            };
        }

        return options;
    }
}

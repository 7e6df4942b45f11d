namespace ProxyShim.Benchmarks.Instructions;

/// <summary>What <c>-- redis-instructions</c> or <c>-- shim-instructions</c> was asked for.</summary>
internal sealed record InstructionOptions
{
    public const string Usage = """
        dotnet run -c Release --project tests/ProxyShim.Benchmarks -- redis-instructions [options]
          --scripts FOLDER      the ledger's scripts (src/ProxyShim/Ledger/Scripts)
          --other FOLDER        those of another checkout, counted beside them; one with a prelude.lua is called as checkouts of its time call
          --calls N             conversions that are counted, after 200 others (1000)

        dotnet run -c Release --project tests/ProxyShim.Benchmarks -- shim-instructions [options]
          --shim PATH           the shim's native binary (published by the harness)
          --other PATH          another native binary of the shim, counted beside it
          --calls N             conversions that are counted, after 200 others (1000)
        """;

    /// <summary>The folder or the binary; null is the one of this checkout.</summary>
    public string? Counted { get; init; }

    public string? Other { get; init; }

    public int Calls { get; init; } = 1000;

    /// <param name="counted">The option that names what is counted.</param>
    /// <exception cref="FormatException">An option is unknown or lacks its value.</exception>
    public static InstructionOptions Parse(string counted, IReadOnlyList<string> arguments)
    {
        var (options, words) = (new InstructionOptions(), new OptionWords(arguments));
        while (words.MoveNext())
        {
            options = words.Name switch
            {
                var name when name == counted => options with { Counted = words.PathValue() },
                "--other" => options with { Other = words.PathValue() },
                "--calls" => options with { Calls = words.Number() },
                var unknown => throw new FormatException($"unknown option {unknown}"),
            };
        }

        return options;
    }
}

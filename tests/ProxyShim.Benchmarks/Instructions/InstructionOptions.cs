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
          --other PATH          another native binary of the shim, counted beside it; also plain YARP's, for what is no conversion
          --calls N             requests of each kind that are counted, after 2500 others (500)
          --workloads A,B       only the kinds whose name contains one of these: conversion, passthrough, post, follow-up, shadow
          --dumps FOLDER        keeps what callgrind_annotate reads of the counted requests; best with a binary that has its symbols
        """;

    /// <summary>What the options of the two commands name as counted.</summary>
    public const string Scripts = "--scripts";

    /// <inheritdoc cref="Scripts"/>
    public const string Shim = "--shim";

    /// <summary>The folder or the binary; null is the one of this checkout.</summary>
    public string? Counted { get; init; }

    public string? Other { get; init; }

    /// <summary>Null is the command's own number.</summary>
    public int? Calls { get; init; }

    public IReadOnlyList<string> Workloads { get; init; } = [];

    /// <summary>Null keeps nothing.</summary>
    public string? Dumps { get; init; }

    /// <param name="counted">The option that names what is counted: <see cref="Scripts"/> or <see cref="Shim"/>.</param>
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
                "--workloads" when counted == Shim => options with { Workloads = words.Value().Split(',') },
                "--dumps" when counted == Shim => options with { Dumps = words.PathValue() },
                var unknown => throw new FormatException($"unknown option {unknown}"),
            };
        }

        return options;
    }
}

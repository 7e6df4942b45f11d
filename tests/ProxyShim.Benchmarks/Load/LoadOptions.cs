namespace ProxyShim.Benchmarks.Load;

/// <summary>What <c>-- load</c> was asked for.</summary>
internal sealed record LoadOptions
{
    public const string Usage = """
        dotnet run -c Release --project tests/ProxyShim.Benchmarks -- load [options]
          --rounds N            rounds, each contender once a round, in rotating order (5)
          --duration SECONDS    of each measurement (10)
          --warmup SECONDS      of load before each measurement (5)
          --connections N       connections of the closed loop (32)
          --clicks N            clicks in Redis (1000000)
          --rate N              requests/s of the open loop (half the peak of the first shim contender, else of the slowest peer)
          --contenders A,B      only those whose name contains one of these
          --sections A,B        of conversions, passthrough, shadow, follow-ups, allocations, footprint, scale, slow, bulk, clicks, kept-calls (without it: conversions, passthrough, allocations, footprint)
          --most-bytes N        bytes a conversion may allocate (12288)
          --api-delay MS        how long the Customer API takes to answer (0): for latency as a caller feels it, not for processor time
          --appendonly          Redis writes its append-only file, fsync every second
          --shim PATH           the shim's native binary (published by the harness)
          --other PATH          another native binary of the shim, such as an older one, in the same rounds
          --shim-jit PATH       the shim's JIT build, a .dll (published by the harness)
          --image NAME          the shim's image, whose size the footprint gives
          --rewrite-only PATH   a build of the shim with the ledger left out (published by the harness)
          --report FILE         writes the Markdown there as well
          --short               the form for CI: every contender answers rightly under a little load; no speed is asserted
        """;

    public int Rounds { get; init; } = 5;

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(5);

    public int Connections { get; init; } = 32;

    public int Clicks { get; init; } = 1_000_000;

    /// <summary>Requests per second of the open loop; null is half the reference's peak.</summary>
    public int? Rate { get; init; }

    public IReadOnlyList<string> Contenders { get; init; } = [];

    public IReadOnlyList<string> Sections { get; init; } = ["conversions", "passthrough", "allocations", "footprint"];

    /// <summary>How long the Customer API takes to answer.</summary>
    public TimeSpan ApiDelay { get; init; }

    public bool AppendOnly { get; init; }

    public bool Short { get; init; }

    /// <summary>Bytes that a conversion may allocate; issue 6 sets it.</summary>
    public int MostBytes { get; init; } = 12 * 1024;

    public string? Shim { get; init; }

    public string? Other { get; init; }

    public string? ShimJit { get; init; }

    public string? RewriteOnly { get; init; }

    public string? Image { get; init; }

    public string? Report { get; init; }

    /// <exception cref="FormatException">An option is unknown or lacks its value.</exception>
    public static LoadOptions Parse(IReadOnlyList<string> arguments)
    {
        // The short form is a set of defaults, so that what stands beside it on the command line still counts.
        var options = arguments.Contains("--short")
            ? new LoadOptions { Short = true, Rounds = 1, Duration = TimeSpan.FromSeconds(1), Warmup = TimeSpan.FromSeconds(1), Connections = 8, Clicks = 200_000, Rate = 200 }
            : new LoadOptions();
        var words = new OptionWords(arguments);
        while (words.MoveNext())
        {
            options = words.Name switch
            {
                "--short" => options,
                "--api-delay" => options with { ApiDelay = TimeSpan.FromMilliseconds(words.Number()) },
                "--appendonly" => options with { AppendOnly = true },
                "--rounds" => options with { Rounds = words.Number() },
                "--duration" => options with { Duration = TimeSpan.FromSeconds(words.Number()) },
                "--warmup" => options with { Warmup = TimeSpan.FromSeconds(words.Number()) },
                "--connections" => options with { Connections = words.Number() },
                "--clicks" => options with { Clicks = words.Number() },
                "--rate" => options with { Rate = words.Number() },
                "--most-bytes" => options with { MostBytes = words.Number() },
                "--contenders" => options with { Contenders = words.Value().Split(',') },
                "--sections" => options with { Sections = words.Value().Split(',') },
                "--shim" => options with { Shim = words.PathValue() },
                "--other" => options with { Other = words.PathValue() },
                "--shim-jit" => options with { ShimJit = words.PathValue() },
                "--image" => options with { Image = words.Value() },
                "--rewrite-only" => options with { RewriteOnly = words.PathValue() },
                "--report" => options with { Report = words.PathValue() },
                var unknown => throw new FormatException($"unknown option {unknown}"),
            };
        }

        return options;
    }

    public bool Has(string section) => Sections.Contains(section, StringComparer.OrdinalIgnoreCase);

    public bool Wants(string contender) => Contenders.Count == 0 || Contenders.Any(part => contender.Contains(part, StringComparison.OrdinalIgnoreCase));
}

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
        for (var i = 0; i < arguments.Count; i++)
        {
            string Value() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{arguments[i - 1]} needs a value");
            int Number() => int.TryParse(Value(), out var number) && number > 0 ? number : throw new FormatException($"{arguments[i - 1]} needs a positive number");
            options = arguments[i] switch
            {
                "--short" => options,
                "--appendonly" => options with { AppendOnly = true },
                "--rounds" => options with { Rounds = Number() },
                "--duration" => options with { Duration = TimeSpan.FromSeconds(Number()) },
                "--warmup" => options with { Warmup = TimeSpan.FromSeconds(Number()) },
                "--connections" => options with { Connections = Number() },
                "--clicks" => options with { Clicks = Number() },
                "--rate" => options with { Rate = Number() },
                "--most-bytes" => options with { MostBytes = Number() },
                "--contenders" => options with { Contenders = Value().Split(',') },
                "--sections" => options with { Sections = Value().Split(',') },
                "--shim" => options with { Shim = Path.GetFullPath(Value()) },
                "--other" => options with { Other = Path.GetFullPath(Value()) },
                "--shim-jit" => options with { ShimJit = Path.GetFullPath(Value()) },
                "--image" => options with { Image = Value() },
                "--rewrite-only" => options with { RewriteOnly = Path.GetFullPath(Value()) },
                "--report" => options with { Report = Path.GetFullPath(Value()) },
                var unknown => throw new FormatException($"unknown option {unknown}"),
            };
        }

        return options;
    }

    public bool Has(string section) => Sections.Contains(section, StringComparer.OrdinalIgnoreCase);

    public bool Wants(string contender) => Contenders.Count == 0 || Contenders.Any(part => contender.Contains(part, StringComparison.OrdinalIgnoreCase));
}

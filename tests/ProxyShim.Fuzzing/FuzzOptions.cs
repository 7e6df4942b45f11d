using ProxyShim.Benchmarks;

namespace ProxyShim.Fuzzing;

/// <summary>What <c>-- run</c> was asked for.</summary>
internal sealed record FuzzOptions
{
    public static readonly string Usage = $"""
        dotnet run --project tests/ProxyShim.Fuzzing -- run [options] [SURFACE…]      coverage-guided: afl-fuzz makes the inputs (Debian: afl++); rows for .ci/hardening-table
          --seconds N           of each surface (60)
          --jobs N              surfaces at once (as many as there are processors)
          --seed N              of afl-fuzz's draws, for nearly the same inputs as before (another one each time)
        dotnet run --project tests/ProxyShim.Fuzzing -- read SURFACE FILE…            reads these once; what breaks is thrown
        SURFACE: {string.Join(", ", Fuzzing.Surfaces.All.Select(static surface => surface.Name))}
        """;

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(60);

    public int Jobs { get; init; } = Environment.ProcessorCount;

    public int? Seed { get; init; }

    /// <summary>All of them where none is named.</summary>
    public IReadOnlyList<Surface> Surfaces { get; init; } = Fuzzing.Surfaces.All;

    /// <exception cref="FormatException">An option or a surface is unknown, or lacks its value.</exception>
    public static FuzzOptions Parse(IReadOnlyList<string> arguments)
    {
        var (options, words) = (new FuzzOptions(), new OptionWords(arguments));
        var named = new List<Surface>();
        while (words.MoveNext())
        {
            switch (words.Name)
            {
                case "--seconds":
                    options = options with { Duration = TimeSpan.FromSeconds(words.Number()) };
                    break;
                case "--jobs":
                    options = options with { Jobs = words.Number() };
                    break;
                case "--seed":
                    options = options with { Seed = words.Number() };
                    break;
                case var name:
                    named.Add(Fuzzing.Surfaces.Named(name));
                    break;
            }
        }

        return named.Count == 0 ? options : options with { Surfaces = named };
    }
}

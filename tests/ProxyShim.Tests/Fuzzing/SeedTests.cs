using ProxyShim.Fuzzing;
using Xunit;

namespace ProxyShim.Tests.Fuzzing;

/// <summary>
/// What the coverage-guided runs begin with, and what they have found, is read as it must be on any machine. The runs themselves need afl-fuzz:
/// <c>dotnet run --project tests/ProxyShim.Fuzzing -- run</c>.
/// </summary>
public class SeedTests
{
    public static TheoryData<string> Names => [.. Surfaces.All.Select(surface => surface.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_seed_is_read_as_its_reader_promises(string name)
    {
        var surface = Surfaces.Named(name);
        var problems = surface.Seeds().ToDictionary(seed => Path.GetFileName(seed), seed => surface.ProblemOf(File.ReadAllBytes(seed)));

        Assert.NotEmpty(problems);
        Assert.DoesNotContain(problems, seed => seed.Value is not null);
    }

    [Fact]
    public void Each_folder_of_seeds_is_a_surfaces()
    {
        var folders = Directory.EnumerateDirectories(Path.GetDirectoryName(Surfaces.All[0].Folder)!).Select(Path.GetFileName);

        Assert.Equal(Surfaces.All.Select(surface => surface.Name).Order(), folders.Order());
    }
}

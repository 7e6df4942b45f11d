using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Packaging;

/// <summary><c>src/ProxyShim/ThirdParty</c>, which goes with the binary, names what is linked into it and holds the terms.</summary>
public sealed class ThirdPartyTests
{
    // As for the tables of faults: set to 1, the run writes the page anew.
    private const string WriteVariable = "PROXYSHIM_WRITE_REPORTS";

    private static readonly string s_folder = Path.Combine(Repository.Root, "src", "ProxyShim", "ThirdParty");

    [Fact]
    public void The_page_lists_every_package_that_is_linked_in()
    {
        var page = Path.Combine(s_folder, "packages.md");
        var text = Render(RestoredPackage.All());
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(page, text);
        }

        Assert.Equal(text, File.ReadAllText(page));
    }

    [Fact]
    public void The_terms_of_each_are_there()
        => Assert.All(RestoredPackage.All(), package => Assert.True(File.Exists(Path.Combine(s_folder, $"{package.License}.txt")), $"{package.Name}: {package.License}"));

    private static string Render(IReadOnlyList<RestoredPackage> packages)
    {
        Assert.NotEmpty(packages);
        return $"""
            # What is linked into the shim

            Written from what is restored by `{WriteVariable}=1 dotnet test --project tests/ProxyShim.Tests --filter-class '*ThirdPartyTests'`; without
            the variable the same test holds this page to it. The terms are beside it, by their SPDX names. The .NET runtime's own notices are `Microsoft.*.txt`
            beside a published binary.

            | package | version | licence | copyright |
            | --- | --- | --- | --- |
            | .NET runtime, ASP.NET Core | {RestoredPackage.RuntimeVersion()} | MIT | .NET Foundation and Contributors |
            {string.Join('\n', packages.Select(package => $"| {package.Name} | {package.Version} | {package.License} | {package.Copyright} |"))}

            """;
    }
}

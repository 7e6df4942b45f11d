using ProxyShim.Hosting;
using ProxyShim.Settings;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Hosting;

public class ShimConfigurationTests
{
    [Fact]
    public void Secrets_may_lie_in_a_folder_of_ones_own_and_the_command_line_wins_over_them()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "ConversionApi__Token"), "from-file\n");
        File.WriteAllText(Path.Combine(folder.Path, "Redis__Timeout"), "1s\n");

        var configuration = ShimConfiguration.Read([$"--Secrets:Folder={folder.Path}", "--Redis:Timeout=2s"]);

        Assert.Equal(("from-file", "2s"), (configuration["ConversionApi:Token"], configuration["Redis:Timeout"]));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_told()
        => Assert.Contains(
            "Secrets:Folder: '/nowhere/at/all' is not a folder", Assert.Throws<SettingsException>(() => ShimConfiguration.Read(["--Secrets:Folder=/nowhere/at/all"])).Message,
            StringComparison.Ordinal);
}

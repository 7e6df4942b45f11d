using ProxyShim.Hosting;
using ProxyShim.Testing;
using ProxyShim.Tests.Settings;
using Xunit;

namespace ProxyShim.Tests.Hosting;

/// <summary>The reference of settings is made of where they are read, so it cannot know fewer; here it is held to be up to date, and useful.</summary>
public class SettingsPageTests
{
    [Fact]
    public void The_page_in_config_is_what_the_program_prints()
        => Assert.True(
            File.ReadAllText(Path.Combine(Repository.Root, "config", "settings.md")) == SettingsPage.Render(ShimSettings.Describe()),
            "config/settings.md is out of date: dotnet run --project src/ProxyShim -- settings > config/settings.md");

    [Fact]
    public void Every_setting_says_what_it_does_and_gives_an_example()
    {
        var settings = ShimSettings.Describe();

        Assert.Equal(settings.Count, settings.Select(setting => setting.Key).Distinct().Count());
        Assert.All(settings, setting =>
        {
            Assert.Matches(@"^[A-Z`].{10,}\.$", setting.About);
            Assert.NotEmpty(setting.Values);
            Assert.NotEmpty(setting.Default);
            Assert.NotEmpty(setting.Example);
        });
    }

    [Fact]
    public void Each_example_sets_the_setting_that_it_is_one_of()
    {
        var page = SettingsPage.Render(ShimSettings.Describe());

        Assert.All(ShimSettings.Describe().Where(setting => !setting.Example.StartsWith('(')), setting =>
        {
            var variable = string.Join("__", setting.Key.Split(':').Select(part => part == "N" ? "0" : part));
            Assert.Contains($"| `{variable}={setting.Example.Replace("|", "\\|", StringComparison.Ordinal)}` |", page, StringComparison.Ordinal);
        });
    }

    // So that nothing is read which the page does not know.
    [Fact]
    public void Each_default_that_it_names_is_one_that_the_reader_takes()
    {
        var defaults = ShimSettings.Describe()
            .Where(setting => setting.Default is not ("none" or ['(', ..]) && !setting.Key.StartsWith("OTEL_", StringComparison.Ordinal) && !setting.Key.StartsWith("Secrets:", StringComparison.Ordinal)
                && !setting.Key.StartsWith("Management:Tokens:", StringComparison.Ordinal))
            .Select(setting => (setting.Key.Replace(":N", ":0", StringComparison.Ordinal), (string?)setting.Default)).ToArray();

        Assert.True(defaults.Length > 20);
        Assert.Empty(Given.Problems(defaults));
    }
}

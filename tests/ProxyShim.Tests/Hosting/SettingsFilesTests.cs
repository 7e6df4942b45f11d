using ProxyShim.Hosting;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Hosting;

public class SettingsFilesTests
{
    [Fact]
    public void They_are_the_same_for_the_same_content_whenever_it_was_written()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "Rollout__Percent", "10");
        var before = SettingsFiles.Fingerprint(folder.Path);

        Write(folder, "Rollout__Percent", "10");
        File.SetLastWriteTimeUtc(Path.Combine(folder.Path, "Rollout__Percent"), new DateTime(2026, 5, 4, 3, 2, 1, DateTimeKind.Utc));

        Assert.NotNull(before);
        Assert.Equal(before, SettingsFiles.Fingerprint(folder.Path));
    }

    [Theory]
    [InlineData("Rollout__Percent", "20", "another value")]
    [InlineData("Rollout__Mode", "Off", "another file")]
    [InlineData("Rollout__Percent", "1", "a shorter value")]
    public void They_differ_with_what_is_written(string name, string value, string what)
    {
        using var folder = new TemporaryFolder();
        Write(folder, "Rollout__Percent", "10");
        var before = SettingsFiles.Fingerprint(folder.Path);

        Write(folder, name, value);

        Assert.True(before != SettingsFiles.Fingerprint(folder.Path), what);
    }

    [Fact]
    public void They_differ_when_what_one_holds_moves_to_the_next()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "a", "12");
        Write(folder, "b", "3");
        var before = SettingsFiles.Fingerprint(folder.Path);

        Write(folder, "a", "1");
        Write(folder, "b", "23");

        Assert.NotEqual(before, SettingsFiles.Fingerprint(folder.Path));
    }

    [Fact]
    public void A_folder_that_comes_later_is_seen()
    {
        using var folder = new TemporaryFolder();
        var secrets = Path.Combine(folder.Path, "secrets");
        var before = SettingsFiles.Fingerprint(secrets);

        Directory.CreateDirectory(secrets);
        File.WriteAllText(Path.Combine(secrets, "Rollout__Percent"), "10");

        Assert.NotNull(before);
        Assert.NotEqual(before, SettingsFiles.Fingerprint(secrets));
    }

    private static void Write(TemporaryFolder folder, string name, string value) => File.WriteAllText(Path.Combine(folder.Path, name), value);
}

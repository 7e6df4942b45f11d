using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Support;

public sealed class SearchPathTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    [Fact]
    public void A_program_is_found_where_the_path_leads_and_the_first_one_wins()
    {
        var (first, second) = (Install("first/bin", "one"), Install("second/bin", "one"));
        var other = Install("second/bin", "other");

        Assert.Equal(first, Find("one", "first/bin", "second/bin"));
        Assert.Equal(second, Find("one", "second/bin", "first/bin"));
        Assert.Equal(other, Find("other", "first/bin", "second/bin"));
    }

    [Theory]
    [InlineData("usr/bin")]
    [InlineData("usr/bin/")]
    public void A_server_is_found_beside_a_folder_of_the_path_as_Debian_has_it(string folder)
    {
        var nginx = Install("usr/sbin", "nginx");

        Assert.Equal(nginx, Find("nginx", folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sdk/only")]
    public void Nothing_is_found_off_the_path(string folder)
    {
        Install("usr/sbin", "nginx");
        Install("usr/bin", "redis-server");

        Assert.Null(Find("nginx", folder));
        Assert.Null(Find("redis-server", folder));

        // Programs that every Debian has where it is usual.
        Assert.Null(Find("sh", folder));
        Assert.Null(Find("ldconfig", folder));
    }

    public void Dispose() => _root.Dispose();

    private string Install(string folder, string program)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_root.Path, folder)).FullName, program);
        File.WriteAllText(path, "");
        return path;
    }

    private string? Find(string program, params string[] folders)
        => SearchPath.Find(program, string.Join(Path.PathSeparator, folders.Select(folder => folder.Length == 0 ? "" : Path.Combine(_root.Path, folder))));
}

using System.Text;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Architecture;

public class FolderTests
{
    private static readonly string s_pictureFile = Path.Combine(Repository.Root, "tests", "ProxyShim.Tests", "Architecture", "folders.md");

    private static readonly Folders s_folders = Folders.Read();

    [Fact]
    public void A_folder_knows_only_those_below_it()
    {
        var (_, inCycles) = s_folders.Sort();

        Assert.True(inCycles.Count == 0, $"These folders know each other both ways, or one that does: {string.Join(", ", inCycles)}\n{string.Join('\n', s_folders.Reasons)}");
    }

    /// <summary>A reader that finds nothing would find no cycle either.</summary>
    [Fact]
    public void The_reader_sees_every_folder_and_what_asynchronous_code_knows()
    {
        var source = Path.Combine(Repository.Root, "src", "ProxyShim");
        var folders = Directory.EnumerateDirectories(source)
            .Where(folder => Path.GetFileName(folder) is not ("bin" or "obj") && Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Any())
            .Select(Path.GetFileName);

        Assert.Equal(folders.Append(Folders.Root).Order(StringComparer.Ordinal), s_folders.Edges.Keys.Order(StringComparer.Ordinal));

        // Program.cs names the stages in an asynchronous method only.
        Assert.Contains("Creation", s_folders.Edges[Folders.Root]);
    }

    /// <summary>The others ask these, and so with a bound in time, of the master, and once for what goes out together.</summary>
    [Fact]
    public void Only_those_who_keep_something_there_give_commands_to_Redis()
    {
        var folders = s_folders.Foreign["StackExchange.Redis.IDatabase"].Concat(s_folders.Foreign["StackExchange.Redis.IServer"]).Distinct();

        // Hosting's check command looks at each server before there is a shim.
        Assert.Equal(["Clicks", "Hosting", "Ledger", "Redis", "SwitchOver"], folders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_picture_of_the_folders_is_up_to_date()
    {
        var picture = Picture(s_folders.Sort().Levels);
        if (Environment.GetEnvironmentVariable("PROXYSHIM_WRITE_REPORTS") == "1")
        {
            File.WriteAllText(s_pictureFile, picture);
        }

        Assert.Equal(picture, File.ReadAllText(s_pictureFile));
    }

    private static string Picture(IReadOnlyList<IReadOnlyList<string>> levels)
    {
        var text = new StringBuilder(
            """
            # Which folder knows which

            Read from the assembly; a folder knows only those of levels below its own. A test holds this page to the code; after a change, write it anew:
            `PROXYSHIM_WRITE_REPORTS=1 dotnet test --project tests/ProxyShim.Tests --filter-class '*FolderTests'`

            | level | folder | knows |
            | --- | --- | --- |

            """);
        for (var level = levels.Count - 1; level >= 0; level--)
        {
            foreach (var folder in levels[level])
            {
                text.Append("| ").Append(level).Append(" | ").Append(folder).Append(" | ")
                    .AppendJoin(", ", s_folders.Edges[folder].Order(StringComparer.Ordinal)).Append(" |\n");
            }
        }

        return text.ToString();
    }
}

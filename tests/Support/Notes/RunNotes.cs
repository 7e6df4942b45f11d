using System.Collections.Concurrent;

namespace ProxyShim.Testing;

/// <summary>
/// What a person should know about a run whatever its outcome, such as which Redis it used. `dotnet test` hides what a
/// passing test program prints but lists the files it produced: so each note is a file whose name says it.
/// </summary>
public static class RunNotes
{
    private const string FilePrefix = "note.";

    private static readonly string s_fileSuffix = $".{typeof(RunNotes).Assembly.GetName().Name}.txt";
    private static readonly ConcurrentDictionary<string, IReadOnlyList<string>> s_notes = new();

    /// <summary>What each file shall hold, by its name.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyList<string>> All => s_notes;

    /// <summary>Matches the files of this test program's notes, those of an earlier run included.</summary>
    internal static string FilePattern => $"{FilePrefix}*{s_fileSuffix}";

    /// <summary>Says it on the console and keeps it for the end of the run.</summary>
    /// <param name="topic">A word: <c>redis</c>.</param>
    /// <param name="choice">A word: <c>Garnet</c>.</param>
    /// <param name="lines">The whole story.</param>
    public static void Write(string topic, string choice, IReadOnlyList<string> lines)
    {
        s_notes[$"{FilePrefix}{topic}-is-{choice}{s_fileSuffix}"] = lines;
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }
    }
}

using Xunit;

namespace ProxyShim.Testing;

/// <summary>
/// What a test needs of the machine. Where it is missing the test is skipped aloud, with what to install; in CI, which
/// installs everything, it fails, so that no test is silently left out.
/// </summary>
public static class Require
{
    /// <summary>True when this run is CI's (<c>CI=true</c>).</summary>
    public static bool InCi { get; } = Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>The full path of a program that must be on the path.</summary>
    /// <param name="program">Its name, such as <c>redis-server</c>.</param>
    /// <param name="package">The Debian package that has it.</param>
    public static string Program(string program, string package)
    {
        var path = SearchPath.Find(program);
        That(path is not null, $"{program} is not on the path", $"apt-get install {package}");
        return path!;
    }

    /// <summary>Anything else.</summary>
    /// <param name="present">Whether it is there.</param>
    /// <param name="missing">What is wrong: "no Docker engine answers".</param>
    /// <param name="remedy">What to do about it.</param>
    public static void That(bool present, string missing, string remedy) => That(present, missing, remedy, InCi);

    internal static void That(bool present, string missing, string remedy, bool inCi)
    {
        if (present)
        {
            return;
        }

        var message = $"{missing} ({remedy})";
        if (inCi)
        {
            Assert.Fail(message);
        }

        Assert.Skip(message);
    }
}

using Xunit;

namespace ProxyShim.Testing;

/// <summary>
/// What a test needs of the machine. Where it is missing the test is skipped aloud, with what to install; in CI, which
/// installs everything, it fails, so that no test is silently left out. Only a test can be skipped: xunit takes the skip
/// of a fixture for an error, so that none may ask.
/// </summary>
public static class Require
{
    /// <summary>True when this run is CI's (<c>CI=true</c>).</summary>
    public static bool InCi { get; } = Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>The full path of a program that must be on the path.</summary>
    /// <inheritdoc cref="That(bool, string, string)" path="/exception"/>
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
    /// <exception cref="InvalidOperationException">It is not a test that asks, but a fixture or a test's data; also where the part is there.</exception>
    public static void That(bool present, string missing, string remedy) => That(present, missing, remedy, InCi);

    internal static void That(bool present, string missing, string remedy, bool inCi)
    {
        // A machine that has everything would not show it otherwise.
        if (TestContext.Current.PipelineStage is not (TestPipelineStage.TestExecution or TestPipelineStage.Unknown))
        {
            throw new InvalidOperationException($"A fixture cannot be skipped ({missing}): let its tests ask, by the method that hands the part out.");
        }

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

using Microsoft.Testing.Platform.Builder;

namespace ProxyShim.Testing;

/// <summary>How the test platform finds <see cref="RunNotesPublisher"/>; named in Support.props.</summary>
public static class RunNotesHook
{
    /// <summary>Called by the generated entry point of the test program.</summary>
    public static void AddExtensions(ITestApplicationBuilder testApplicationBuilder, string[] _)
        => testApplicationBuilder.TestHost.AddTestSessionLifetimeHandler(services => new RunNotesPublisher(services));
}

namespace ProxyShim.EndToEnd.Diagnosis;

/// <summary>One thing that can be set up wrongly, or fail, and who must say so.</summary>
/// <param name="Group">Whose trouble it is: the heading above it.</param>
/// <param name="Wrong">What is wrong, for people.</param>
internal sealed record DiagnosisRow(string Group, string Wrong)
{
    /// <summary>
    /// The settings besides the usual ones; null takes one away. <c>{redis}</c> is a Redis of the row's own, <c>{nobody}</c> an address where nobody listens, <c>{port}</c> a free port,
    /// <c>{mute}</c> one where somebody takes connections and says nothing, <c>{plain}</c> an HTTP server that knows nothing of PartnerStack.
    /// </summary>
    public IReadOnlyList<(string Key, string? Value)> Settings { get; init; } = [];

    /// <summary>What is done to <c>{redis}</c> before the shim starts: commands of redis-cli.</summary>
    public IReadOnlyList<string> Redis { get; init; } = [];

    /// <summary>What apps do, or what fails, until it shows; done again and again, since most of it shows only in a row.</summary>
    public Func<DiagnosisScene, CancellationToken, Task> ProvokeAsync { get; init; } = static (_, _) => Task.CompletedTask;

    /// <summary>The program does not start: what it says, in part.</summary>
    public string? Refusal { get; init; }

    /// <summary>It starts, and a <c>SettingWarning</c> names this setting.</summary>
    public string? Warning { get; init; }

    /// <summary>It starts, and this <c>Alert</c> is raised.</summary>
    public string? Alert { get; init; }

    /// <summary>It serves, and this part is degraded.</summary>
    public (string Part, string Reason)? Degraded { get; init; }

    /// <summary>For the name of the test.</summary>
    public string Name => $"{Group}: {Wrong}";
}

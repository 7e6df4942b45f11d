namespace ProxyShim.Benchmarks.Servers;

/// <summary>How a process is started.</summary>
internal sealed record Launch(string FileName, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    public static Launch Of(string fileName, params string[] arguments) => new(fileName, arguments, new Dictionary<string, string>());

    /// <summary>The same start with these variables and nothing of this process's own, among which the shim looks for misspelt settings.</summary>
    public Launch Alone(IReadOnlyDictionary<string, string> variables) => Of(
        "env", ["-i", $"PATH={System.Environment.GetEnvironmentVariable("PATH")}", .. variables.Select(variable => $"{variable.Key}={variable.Value}"), FileName, .. Arguments]);
}

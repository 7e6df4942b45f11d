namespace ProxyShim.Settings;

/// <summary>The settings cannot be used. The message lists every problem; it holds no secret.</summary>
internal sealed class SettingsException(IReadOnlyList<string> problems)
    : Exception($"The settings cannot be used:{string.Concat(problems.Select(problem => $"{Environment.NewLine}  - {problem}"))}")
{
    public IReadOnlyList<string> Problems { get; } = problems;
}

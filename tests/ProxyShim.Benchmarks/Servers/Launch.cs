namespace ProxyShim.Benchmarks.Servers;

/// <summary>How a process is started.</summary>
internal sealed record Launch(string FileName, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    public static Launch Of(string fileName, params string[] arguments) => new(fileName, arguments, new Dictionary<string, string>());
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ProxyShim.Benchmarks.Measure;

namespace ProxyShim.Benchmarks.Servers;

/// <summary>A process pinned to cores, with its output in a file. Disposing ends it and everything it started.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    // The shell is replaced by taskset, and that by the program, so the process id stays the program's own; the shell is there since
    // .NET redirects to pipes only, and a pipe would have to be drained by this process.
    private const string Script = "out=$1; shift; exec taskset -c \"$@\" >\"$out\" 2>\"$out.err\"";
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<ChildProcess, bool> s_living = new();
    private readonly Process _process;

    private ChildProcess(Process process, string output)
    {
        (_process, Output) = (process, output);
        s_living[this] = true;
    }

    public int Id => _process.Id;

    /// <summary>The file of its standard output; that of standard error has <c>.err</c> after it.</summary>
    public string Output { get; }

    public bool HasExited => _process.HasExited;

    public static ChildProcess Start(Launch launch, string cores, string output)
    {
        var info = new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", output, cores, launch.FileName, .. launch.Arguments]) { UseShellExecute = false };
        foreach (var (name, value) in launch.Environment)
        {
            info.Environment[name] = value;
        }

        return new ChildProcess(Process.Start(info) ?? throw new InvalidOperationException($"{launch.FileName} did not start"), output);
    }

    /// <summary>Runs a program to its end and returns its standard output.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static async Task<string> RunAsync(Launch launch, string cores, string output, CancellationToken cancellationToken)
    {
        await using var child = Start(launch, cores, output);
        await child._process.WaitForExitAsync(cancellationToken);
        var text = await File.ReadAllTextAsync(output, cancellationToken);
        return child._process.ExitCode == 0
            ? text
            : throw new InvalidOperationException($"{launch.FileName} ended with {child._process.ExitCode.ToString(CultureInfo.InvariantCulture)}\n{text}\n{child.Complaints()}");
    }

    /// <summary>Ends those whose owner failed before it could.</summary>
    public static async Task EndAllAsync()
    {
        foreach (var child in s_living.Keys)
        {
            await child.DisposeAsync();
        }
    }

    /// <summary>The end of what it wrote, for an error message.</summary>
    public string Complaints()
    {
        static string Tail(string file) => File.Exists(file) ? string.Join('\n', File.ReadLines(file).TakeLast(20)) : "";
        return Tail(Output + ".err") + Tail(Output);
    }

    public async ValueTask DisposeAsync()
    {
        if (!s_living.TryRemove(this, out _))
        {
            return;
        }

        if (!_process.HasExited)
        {
            Native.Terminate(_process.Id);
            using var deadline = new CancellationTokenSource(s_grace, TimeProvider.System);
            try
            {
                await _process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
    }
}

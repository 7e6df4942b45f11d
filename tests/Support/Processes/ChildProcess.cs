using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ProxyShim.Testing;

/// <summary>A program that a test started. It does not outlive the test run.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<ChildProcess, bool> s_alive = StartGuard();

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly string _name;

    private ChildProcess(ProcessStartInfo start)
    {
        _name = Path.GetFileName(start.FileName);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        s_alive.TryAdd(this, true);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Id = _process.Id;
    }

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>True once it has ended, by itself or not.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code, 128 plus the signal's number when a signal ended it; null while it runs.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>The lines of standard output so far.</summary>
    public IReadOnlyList<string> Output => [.. _output];

    /// <summary>The lines of standard error so far.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    /// <summary>Its standard input; to close it ends it.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>The most memory that it has had resident so far, in bytes, as Linux counts it (VmHWM).</summary>
    public long PeakMemory
    {
        get
        {
            const string Label = "VmHWM:";
            var line = File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith(Label, StringComparison.Ordinal));
            return long.Parse(line[Label.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="program">Name or path.</param>
    /// <param name="arguments">Each as the program shall see it.</param>
    /// <param name="environment">The whole environment; null hands on that of the test run.</param>
    /// <param name="folder">The working directory.</param>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? "",
        };
        if (environment is not null)
        {
            start.Environment.Clear();
            foreach (var (name, value) in environment)
            {
                start.Environment[name] = value;
            }
        }

        return new ChildProcess(start);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote to standard output, without the last line end.</returns>
    /// <exception cref="InvalidOperationException">Its exit code was not 0.</exception>
    /// <exception cref="TimeoutException">It took longer than <paramref name="limit"/>.</exception>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, TimeSpan limit, IReadOnlyDictionary<string, string>? environment = null,
        CancellationToken cancellation = default)
    {
        await using var process = Start(program, arguments, environment);
        return await process.WaitForExitAsync(limit, cancellation) == 0
            ? string.Join('\n', process.Output)
            : throw new InvalidOperationException($"{process.Describe()}");
    }

    /// <summary>Asks it to stop (SIGTERM).</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>Freezes it (SIGSTOP): its connections stay open and nothing answers.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>Lets a frozen one go on (SIGCONT).</summary>
    public void Resume() => Signal("CONT");

    /// <summary>Ends it at once (SIGKILL), frozen or not, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        s_alive.TryRemove(this, out _);
    }

    /// <summary>Waits for its end and for the last of its output.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It still runs after <paramref name="limit"/>.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan limit, CancellationToken cancellation = default)
    {
        try
        {
            await _process.WaitForExitAsync(cancellation).WaitAsync(limit, TimeProvider.System, cancellation);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Still running after {limit}: {Describe()}");
        }

        s_alive.TryRemove(this, out _);
        return _process.ExitCode;
    }

    /// <summary>For the message of a failure: the program, its state, and what it wrote last.</summary>
    public string Describe()
    {
        const int LastLines = 30;
        var state = ExitCode is { } code ? $"ended with exit code {code}" : "is running";
        return string.Join('\n', [$"{_name} (process {Id}) {state}", .. _output.TakeLast(LastLines), .. _errors.TakeLast(LastLines)]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }

    private static ConcurrentDictionary<ChildProcess, bool> StartGuard()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (var process in s_alive.Keys)
            {
                process._process.Kill();
            }
        };
        return new();
    }

    private void Signal(string name)
    {
        if (!Signals.Send(name, Id))
        {
            throw new InvalidOperationException($"SIG{name} did not reach {Describe()}");
        }
    }
}

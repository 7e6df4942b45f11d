using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace ProxyShim.Testing;

/// <summary>The sandbox program as a person starts it.</summary>
public sealed class SandboxProcess : IAsyncDisposable
{
    private static readonly string s_dotnet =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory, "ProxyShim.Sandbox.dll");

    private readonly Process _process;
    private readonly Task _reading;
    private readonly StringBuilder _output = new();

    /// <summary>Starts it with its output redirected.</summary>
    public SandboxProcess(string[] arguments, params (string Name, string Value)[] environment)
        : this(new ProcessStartInfo(s_dotnet, [s_program, .. arguments]), environment)
    {
    }

    private SandboxProcess(ProcessStartInfo start, (string Name, string Value)[] environment)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new() { StartInfo = start };
        _process.Start();

        // Not by lines: a prompt has no end of line.
        _reading = Task.WhenAll(KeepAsync(_process.StandardOutput), KeepAsync(_process.StandardError));
    }

    /// <summary>Starts it on a terminal of this size. Skips the test where there is none to be had.</summary>
    public static SandboxProcess OnTerminal(int rows, int columns, string[] arguments, params (string Name, string Value)[] environment) => new(
        new ProcessStartInfo(
            Require.Program("script", "bsdutils"),
            ["-qefc", $"stty rows {rows} cols {columns}; exec '{s_dotnet}' '{s_program}' {string.Join(' ', arguments)}", "/dev/null"]),
        [("TERM", "xterm"), ("SHELL", "/bin/sh"), .. environment]);

    /// <summary>Presses keys, such as <c>"\u0003"</c> for Ctrl-C.</summary>
    public async Task PressAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>What it has printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>True once it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The word after this label at the head of the output.</summary>
    public string Labelled(string label) =>
        Output.Split('\n').First(line => line.StartsWith($"  {label} ", StringComparison.Ordinal))[(label.Length + 2)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];

    /// <summary>Waits until it has printed this.</summary>
    /// <param name="from">What was printed before this position does not count.</param>
    /// <returns>The position after it.</returns>
    public async Task<int> PrintsAsync(string text, CancellationToken cancellationToken, int from = 0)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var at = Output.IndexOf(text, from, StringComparison.Ordinal);
            if (at >= 0)
            {
                return at + text.Length;
            }

            Assert.False(limit.IsCancellationRequested || _process.HasExited, $"It never said '{text}':\n{Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Sends it a signal, such as <c>TERM</c>.</summary>
    public void Signal(string signal) => Assert.True(Signals.Send(signal, _process.Id), Output);

    /// <summary>Kills its shim.</summary>
    public void KillShim() => Assert.True(Signals.Send("KILL", int.Parse(Labelled("shim's process"), CultureInfo.InvariantCulture)), Output);

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndsAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        await _reading.WaitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Only after a failed assertion; its shim must not outlive it either.
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private async Task KeepAsync(StreamReader reader)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is var count and > 0)
        {
            lock (_output)
            {
                _output.Append(buffer.AsSpan(0, count));
            }
        }
    }
}

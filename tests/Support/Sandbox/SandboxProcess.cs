using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace ProxyShim.Testing;

/// <summary>The sandbox program as a person starts it.</summary>
public sealed class SandboxProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    /// <summary>Starts it.</summary>
    public SandboxProcess(string[] arguments, params (string Name, string Value)[] environment)
    {
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        _process = new()
        {
            StartInfo = new(dotnet, [Path.Combine(AppContext.BaseDirectory, "ProxyShim.Sandbox.dll"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        foreach (var (name, value) in environment)
        {
            _process.StartInfo.Environment[name] = value;
        }

        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
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
    public async Task PrintsAsync(string text, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(limit.IsCancellationRequested || _process.HasExited, $"It never said '{text}':\n{Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>Sends it a signal, such as <c>TERM</c>.</summary>
    public Task SignalAsync(string signal, CancellationToken cancellationToken) => SignalAsync(signal, $"{_process.Id}", cancellationToken);

    /// <summary>The same for any other process, such as its shim.</summary>
    public static async Task SignalAsync(string signal, string processId, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", [$"-{signal}", processId]);
        await kill.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndsAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
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

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.Append(line.Data).Append('\n');
        }
    }
}

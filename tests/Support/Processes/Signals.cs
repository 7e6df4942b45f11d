using System.Diagnostics;

namespace ProxyShim.Testing;

/// <summary>Signals to processes.</summary>
internal static class Signals
{
    // The shell's own kill: .NET sends no signal but SIGKILL, numbers differ between systems, and kill is a program of its own on some only.
    private const string Shell = "/bin/sh";

    /// <summary>Sends one.</summary>
    /// <param name="name">Its name without SIG: <c>TERM</c>.</param>
    /// <param name="processId">To whom.</param>
    /// <returns>Whether there is such a process, and it is ours to signal.</returns>
    public static bool Send(string name, int processId)
    {
        using var kill = Process.Start(Shell, ["-c", $"kill -{name} {processId}"]);
        kill.WaitForExit();
        return kill.ExitCode == 0;
    }
}

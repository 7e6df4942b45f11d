using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ProxyShim.Sandbox.Shim;

/// <summary>Asks a process to stop, which <see cref="Process"/> cannot: it can only kill.</summary>
internal static class Signals
{
    // POSIX, and the same number on Linux and macOS.
    private const int SigTerm = 15;

    /// <summary>SIGTERM to this one process; on Windows, which has none, it is killed.</summary>
    public static void Terminate(Process process)
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill();
        }
        else
        {
            _ = Kill(process.Id, SigTerm);
        }
    }

    [DllImport("libc", EntryPoint = "kill", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Kill(int processId, int signal);
}

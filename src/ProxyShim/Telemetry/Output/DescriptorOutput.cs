using System.Runtime.InteropServices;

namespace ProxyShim.Telemetry.Output;

/// <summary>Writes to an open file descriptor with the system's own call.</summary>
/// <remarks>
/// Not Console's stream: it takes a broken pipe for a successful write
/// (https://github.com/dotnet/runtime/blob/main/src/libraries/System.Console/src/System/ConsolePal.Unix.cs, <c>Write</c>), and does not say how much was
/// written to a disk that fills up.
/// Not FileStream: it writes a file at positions of its own
/// (https://learn.microsoft.com/dotnet/core/compatibility/core-libraries/6.0/filestream-doesnt-sync-offset-with-os), over what standard error has written into
/// the same file.
/// </remarks>
internal sealed class DescriptorOutput(int descriptor) : IByteOutput
{
    public const int StandardOutput = 1;

    // errno's numbers and poll's, the same on every Linux that .NET runs on (https://github.com/torvalds/linux/tree/master/include/uapi/asm-generic).
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const short Writable = 4;

    public int Write(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (taken < bytes.Length)
        {
            var written = Write(descriptor, in bytes[taken], bytes.Length - taken);
            if (written >= 0)
            {
                taken += (int)written;
            }
            else if (Marshal.GetLastPInvokeError() is var error && error == WouldBlock)
            {
                // The process that started us has made it non-blocking.
                var wait = new PollDescriptor { Descriptor = descriptor, Events = Writable };
                _ = Poll(ref wait, 1, Timeout.Infinite);
            }
            else if (error != Interrupted)
            {
                break;
            }
        }

        return taken;
    }

    [DllImport("libc", EntryPoint = "write", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint Write(int descriptor, in byte bytes, nint count);

    [DllImport("libc", EntryPoint = "poll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int Poll(ref PollDescriptor descriptors, nint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}

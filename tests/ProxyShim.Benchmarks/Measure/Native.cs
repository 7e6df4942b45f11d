using System.Runtime.InteropServices;

namespace ProxyShim.Benchmarks.Measure;

/// <summary>The few calls into libc that .NET has no name for.</summary>
internal static partial class Native
{
    public const short PollIn = 1;
    private const int Sigterm = 15;
    private const int PrSetTimerSlack = 29;

    public static void Terminate(int process) => _ = Kill(process, Sigterm);

    /// <summary>Lets the calling thread wake when it asked to, not up to 50 µs later.</summary>
    public static void WakeExactly() => _ = PrCtl(PrSetTimerSlack, 1, 0, 0, 0);

    /// <summary>Binds the calling thread to one of the first 64 cores.</summary>
    public static unsafe void PinThread(int core)
    {
        var mask = 1UL << core;
        if (SchedSetAffinity(0, sizeof(ulong), &mask) != 0)
        {
            throw new InvalidOperationException($"cannot bind a thread to core {core}");
        }
    }

    /// <summary>Waits until one of the sockets can be read or the time is up; nanoseconds.</summary>
    public static unsafe void Wait(Span<PollEntry> entries, long nanoseconds)
    {
        var timeout = new TimeSpec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
        fixed (PollEntry* first = entries)
        {
            _ = PPoll(first, (nuint)entries.Length, &timeout, null);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int PrCtl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static unsafe partial int SchedSetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "ppoll")]
    private static unsafe partial int PPoll(PollEntry* entries, nuint count, TimeSpec* timeout, void* signals);

    /// <summary>struct pollfd</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        /// <summary>A negative one is passed over.</summary>
        public int Descriptor;
        public short Asked;
        public short Seen;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}

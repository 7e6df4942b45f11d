using System.Buffers.Binary;

namespace ProxyShim.Testing;

/// <summary>The wall clock of one process, which a test may set while it runs. What only goes forward (CLOCK_MONOTONIC) is left alone, as setting a clock does.</summary>
/// <remarks>A library before the C library. libfaketime does the same for most programs, but not beside jemalloc, which Debian's redis-server is linked with.</remarks>
public sealed class ServerClock : IDisposable
{
    private const string Source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>
        static volatile long *offset;
        __attribute__((constructor)) static void open_offset(void) {
            int file = open(getenv("SERVER_CLOCK"), O_RDONLY);
            void *page = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
            if (page != MAP_FAILED) offset = page;
        }
        int gettimeofday(struct timeval *restrict time, void *restrict zone) {
            int result = syscall(SYS_gettimeofday, time, zone);
            if (time && offset) time->tv_sec += *offset;
            return result;
        }
        int clock_gettime(clockid_t clock, struct timespec *time) {
            int result = syscall(SYS_clock_gettime, clock, time);
            if (clock == CLOCK_REALTIME && offset) time->tv_sec += *offset;
            return result;
        }
        time_t time(time_t *result) {
            struct timeval now;
            gettimeofday(&now, 0);
            if (result) *result = now.tv_sec;
            return now.tv_sec;
        }
        """;

    private readonly TemporaryFolder _folder = new();

    private ServerClock() => Set(TimeSpan.Zero);

    /// <summary>What the process needs in its environment.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Path.Combine(_folder.Path, "clock.so"),
        ["SERVER_CLOCK"] = OffsetFile,
    };

    private string OffsetFile => Path.Combine(_folder.Path, "offset");

    /// <summary>Makes the library.</summary>
    public static async Task<ServerClock> CreateAsync(CancellationToken cancellation)
    {
        var compiler = Require.Program("gcc", "gcc");
        var clock = new ServerClock();
        var source = Path.Combine(clock._folder.Path, "clock.c");
        await File.WriteAllTextAsync(source, Source, cancellation);
        await using var compiling = ChildProcess.Start(compiler, ["-shared", "-fPIC", "-O1", "-o", Path.Combine(clock._folder.Path, "clock.so"), source]);
        return await compiling.WaitForExitAsync(TimeSpan.FromSeconds(60), cancellation) == 0 ? clock : throw new InvalidOperationException(compiling.Describe());
    }

    /// <summary>Sets it.</summary>
    /// <param name="offset">From the machine's, in whole seconds.</param>
    public void Set(TimeSpan offset)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)offset.TotalSeconds);

        // In place: the process has the file in its memory.
        using var file = new FileStream(OffsetFile, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}

using Microsoft.Win32.SafeHandles;

namespace ProxyShim.Hosting;

/// <summary>Makes sure that standard input, output and error are open, before anything else is.</summary>
/// <remarks>
/// The process that starts the program may have closed them (<c>&gt;&amp;-</c>). The next file or socket gets the number of one that is closed: what is meant for the log
/// would then be written into it.
/// </remarks>
internal static class StandardDescriptors
{
    private const string Nothing = "/dev/null";
    private const int StandardError = 2;

    /// <summary>Opens those that are closed. What is then written to standard output fails, and so it is counted as lost; what is written to standard error is not missed.</summary>
    public static void Open()
    {
        // The next one gets the lowest number that is free (https://pubs.opengroup.org/onlinepubs/9799919799/functions/open.html).
        while (OpenNothing(FileAccess.Read) is { } handle)
        {
            if (Number(handle) > StandardError)
            {
                handle.Dispose();
                return;
            }

            if (Number(handle) == StandardError)
            {
                handle.Dispose();
                handle = OpenNothing(FileAccess.Write);
            }

            // Open for as long as the program runs.
            handle?.SetHandleAsInvalid();
        }
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static SafeFileHandle? OpenNothing(FileAccess access)
    {
        try
        {
            return File.OpenHandle(Nothing, FileMode.Open, access, FileShare.ReadWrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // No such device here: then they are as they are.
            return null;
        }
    }
}

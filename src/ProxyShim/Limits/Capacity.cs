namespace ProxyShim.Limits;

/// <summary>How much at once a shim of a given size can take.</summary>
/// <param name="Connections">To the legacy listener.</param>
/// <param name="RequestsInFlight">Requests that have been begun and not answered.</param>
/// <param name="BufferedBytes">Bytes of bodies that wait to be taken.</param>
/// <remarks>
/// Measured: a connection that is idle costs 13 KiB, a request that is not answered 20 KiB more, and a body what stands in its buffers. The formula gives
/// connections 7/16 of what is free, requests 5/16, and bodies 4/16.
/// </remarks>
internal sealed record Capacity(int Connections, int RequestsInFlight, long BufferedBytes)
{
    // Below this it would not be of any use, whatever the memory; above the most, more has never been needed.
    private static readonly Capacity s_least = new(4, 4, Mebibyte), s_most = new(20_000, 10_000, 256 * Mebibyte);

    /// <summary>The formula, as the page of the settings tells it.</summary>
    public static readonly (string Connections, string Requests, string Bytes) Formula = (
        $"one for each {BytesOfConnection / 1024} KiB of memory beyond {Program / Mebibyte} MiB, but no more than every second open file, and from {s_least.Connections} to {s_most.Connections}",
        $"one for each {BytesOfRequest / 1024} KiB of memory beyond {Program / Mebibyte} MiB, but no more than connections, and from {s_least.RequestsInFlight} to {s_most.RequestsInFlight}",
        $"1/{ShareOfBodies} of the memory beyond {Program / Mebibyte} MiB, from {s_least.BufferedBytes / Mebibyte} to {s_most.BufferedBytes / Mebibyte} MiB");

    /// <summary>For each connection so much memory is counted.</summary>
    public const long BytesOfConnection = 32 * 1024;

    private const long Mebibyte = 1024 * 1024;

    // What the program itself needs, with its heap between two collections and the work of a busy minute.
    private const long Program = 48 * Mebibyte;

    private const long BytesOfRequest = 64 * 1024;
    private const int ShareOfBodies = 4;

    // What is open besides: the program's own files, Redis, the management listener and its callers.
    private const long OtherDescriptors = 32;

    /// <summary>
    /// Of what is free, the memory beyond 48 MiB: a connection for each 32 KiB, a request for each 64 KiB, a quarter for bodies. In 64 MiB: 512, 256 and 4 MiB;
    /// in 128 MiB: 2,560, 1,280 and 20 MiB. Who has a key pair of the settings has the last quarter of requests and bytes for itself. Of descriptors a connection has two, one of them for its call to an upstream.
    /// </summary>
    /// <param name="memory">The container's limit, or the machine's memory, in bytes.</param>
    /// <param name="descriptors">How many files the process may have open.</param>
    public static Capacity Of(long memory, long descriptors)
    {
        var free = Math.Max(0, memory - Program);
        var connections = Math.Min(free / BytesOfConnection, (descriptors - OtherDescriptors) / 2);
        return new(
            (int)Math.Clamp(connections, s_least.Connections, s_most.Connections),
            (int)Math.Clamp(Math.Min(free / BytesOfRequest, connections), s_least.RequestsInFlight, s_most.RequestsInFlight),
            Math.Clamp(free / ShareOfBodies, s_least.BufferedBytes, s_most.BufferedBytes));
    }
}

namespace ProxyShim.Telemetry.Output;

/// <summary>Where the log's bytes go. It never throws.</summary>
internal interface IByteOutput
{
    /// <summary>Writes to the end; waits for as long as the reader makes it wait.</summary>
    /// <returns>How many bytes were taken, from the first on: fewer than given when it failed.</returns>
    int Write(ReadOnlySpan<byte> bytes);
}

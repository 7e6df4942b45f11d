namespace ProxyShim.Telemetry.Output;

/// <summary>Takes lines of the log. It copies them before it returns, never throws, and never makes the caller wait for a reader.</summary>
internal interface ILineOutput
{
    /// <param name="line">One line with its line feed.</param>
    void Write(ReadOnlySpan<byte> line);
}

namespace ProxyShim.Clicks.Import;

/// <summary>Some rows of a file, in order.</summary>
/// <param name="Bytes">The rows, one behind the other, line ends included.</param>
/// <param name="Rows">Where each stands in <paramref name="Bytes"/>, without its line end, and the line of the file in which it begins.</param>
/// <param name="TooLong">The lines in which rows begin that were too long to be read.</param>
internal sealed record RowBatch(byte[] Bytes, IReadOnlyList<(int Start, int Length, long Line)> Rows, IReadOnlyList<long> TooLong);

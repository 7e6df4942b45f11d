using System.IO.Compression;
using System.IO.Pipelines;

namespace ProxyShim.Clicks.Import;

/// <summary>A file as its rows: what it is its own first bytes tell, and no name or label.</summary>
internal static class ImportSource
{
    private static readonly byte[] s_gzip = [0x1f, 0x8b];

    /// <summary>Unpacks it where it is packed.</summary>
    /// <returns>Its text, without a byte order mark, and whether it is a table rather than JSON.</returns>
    public static async Task<(Stream Text, bool IsTable)> OpenAsync(Stream file, CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(file);
        if ((await PeekAsync(pipe, s_gzip.Length, cancellationToken)).AsSpan().SequenceEqual(s_gzip))
        {
            pipe = PipeReader.Create(new GZipStream(pipe.AsStream(), CompressionMode.Decompress));
        }

        if ((await PeekAsync(pipe, 3, cancellationToken)).AsSpan().SequenceEqual("\uFEFF"u8))
        {
            pipe.AdvanceTo((await pipe.ReadAtLeastAsync(3, cancellationToken)).Buffer.GetPosition(3));
        }

        var first = await PeekAsync(pipe, 1, cancellationToken);
        return (pipe.AsStream(), first is not ([] or [(byte)'{']));
    }

    private static async Task<byte[]> PeekAsync(PipeReader pipe, int length, CancellationToken cancellationToken)
    {
        var result = await pipe.ReadAtLeastAsync(length, cancellationToken);
        var head = new byte[Math.Min(length, result.Buffer.Length)];
        System.Buffers.BuffersExtensions.CopyTo(result.Buffer.Slice(0, head.Length), head);
        pipe.AdvanceTo(result.Buffer.Start);
        return head;
    }
}

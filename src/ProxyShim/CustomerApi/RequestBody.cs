using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using ProxyShim.Primitives;
using ProxyShim.Telemetry;

namespace ProxyShim.CustomerApi;

/// <summary>Reads a request's whole body without taking it away from the stage that forwards the request afterwards.</summary>
internal static class RequestBody
{
    /// <summary>Far above any customer (255 characters of e-mail, 100 of name, some custom fields); above it the body is streamed through unread.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>The longest pause in a body: what YARP allows the bodies that it forwards
    /// (https://github.com/dotnet/yarp/blob/main/src/ReverseProxy/Forwarder/ForwarderRequestConfig.cs, <c>ActivityTimeout</c>).</summary>
    public static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(100);

    /// <summary>Reads to the end and consumes nothing: a later reader of the request sees the body as it arrived.</summary>
    /// <returns>
    /// The decoded body, good until the request's body is read again; or null and the reason when it is too large or its coding is not known.
    /// </returns>
    /// <exception cref="BadHttpRequestException">It breaks HTTP, or has not come for <see cref="ReadTimeout"/>.</exception>
    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    public static async ValueTask<(ReadOnlyMemory<byte>? Body, string? Reason)> PeekAsync(
        HttpRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var coding = request.Headers.ContentEncoding;
        var gzip = coding.Count == 1 && string.Equals(coding[0], "gzip", StringComparison.OrdinalIgnoreCase);
        if (!gzip && coding.Count > 0 && !string.Equals(coding.ToString(), "identity", StringComparison.OrdinalIgnoreCase))
        {
            return (null, Reasons.ContentEncoding);
        }

        if (request.ContentLength > MaxLength)
        {
            return (null, Reasons.BodyTooLarge);
        }

        var reader = request.BodyReader;
        while (true)
        {
            var result = reader.TryRead(out var there) ? there : await ReadLateAsync(reader, time, cancellationToken);
            var (buffer, isWhole) = (result.Buffer, result.IsCompleted);
            if (buffer.Length <= MaxLength && !isWhole)
            {
                reader.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            // Not consumed: the stage that forwards the request reads these bytes again, and then the rest.
            reader.AdvanceTo(buffer.Start);
            return buffer.Length > MaxLength ? (null, Reasons.BodyTooLarge) : gzip ? Gunzip(buffer) : (Contiguous(buffer), null);
        }
    }

    /// <summary>
    /// Consumes what has arrived and was not consumed: once the caller has gone, Kestrel forgets of an unconsumed body that it was being read (measured:
    /// HangUpTests).
    /// </summary>
    /// <returns>Whether that was all of it.</returns>
    public static bool Discard(HttpRequest request)
    {
        try
        {
            if (!request.BodyReader.TryRead(out var rest))
            {
                return false;
            }

            request.BodyReader.AdvanceTo(rest.Buffer.End);
            return rest.IsCompleted;
        }
        catch (Exception exception) when (IsBrokenOff(exception))
        {
            // There is no more to take, and who has met it has told.
            return false;
        }
    }

    /// <summary>Whether every byte of it has come. Takes nothing of it.</summary>
    public static bool HasCome(HttpRequest request)
    {
        try
        {
            // Of a chunked body only its end tells, and to look for that is to begin reading it.
            if (request.ContentLength is null || !request.BodyReader.TryRead(out var there))
            {
                return false;
            }

            request.BodyReader.AdvanceTo(there.Buffer.Start);
            return there.IsCompleted;
        }
        catch (Exception exception) when (IsBrokenOff(exception))
        {
            // Whoever forwards the body meets it too, and tells the caller's fault from the Customer API's; here it would be neither.
            return false;
        }
    }

    private static bool IsBrokenOff(Exception exception) => exception is BadHttpRequestException or OperationCanceledException or IOException;

    // A body that comes late is legitimate; one that does not come at all must not be waited for for ever.
    private static async ValueTask<ReadResult> ReadLateAsync(PipeReader reader, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(ReadTimeout, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await reader.ReadAsync(ended.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The request's body did not come.", StatusCodes.Status408RequestTimeout);
        }
    }

    // Nearly always it came in one piece.
    private static ReadOnlyMemory<byte> Contiguous(ReadOnlySequence<byte> buffer) => buffer.IsSingleSegment ? buffer.First : buffer.ToArray();

    private static (ReadOnlyMemory<byte>? Body, string? Reason) Gunzip(ReadOnlySequence<byte> compressed)
    {
        // One byte more than is taken, so that a bomb stops here and not in memory.
        var buffer = ArrayPool<byte>.Shared.Rent(MaxLength + 1);
        try
        {
            using var gzip = new GZipStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
            var length = gzip.ReadAtLeast(buffer.AsSpan(0, MaxLength + 1), MaxLength + 1, throwOnEndOfStream: false);
            return length > MaxLength ? (null, Reasons.BodyTooLarge) : (buffer.AsSpan(0, length).ToArray(), null);
        }
        catch (InvalidDataException)
        {
            return (null, Reasons.ContentEncoding);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}

using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.CustomerApi;
using Xunit;

namespace ProxyShim.Tests.CustomerApi;

public class RequestBodyTests
{
    private static readonly byte[] s_json = Encoding.UTF8.GetBytes(Read.Body());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string?, bool> Codings() => new()
    {
        { null, true },
        { "", false },
        { "identity", true },
        { "IDENTITY", true },
        { "br", false },
        { "deflate", false },
        { "zstd", false },
        { "gzip, gzip", false },
        { "identity, gzip", false },
        { "x-gzip", false },
        { "nonsense", false },
    };

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task A_plain_body_is_read_and_of_an_unknown_coding_nothing(string? coding, bool expected)
    {
        var request = Request(s_json, coding);

        var (body, reason) = await RequestBody.PeekAsync(request, TimeProvider.System, Cancellation);

        Assert.Equal(expected ? s_json : null, body?.ToArray());
        Assert.Equal(expected ? null : "content_encoding", reason);
        Assert.Equal(s_json, await RestAsync(request));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    public async Task Gzip_is_decoded_and_the_bytes_stay_as_they_came(string coding)
    {
        var compressed = Gzip(s_json);
        var request = Request(compressed, coding);

        var (body, reason) = await RequestBody.PeekAsync(request, TimeProvider.System, Cancellation);

        Assert.Equal(s_json, body?.ToArray());
        Assert.Null(reason);
        Assert.Equal(compressed, await RestAsync(request));
    }

    [Fact]
    public async Task Two_headers_of_coding_are_not_interpreted()
    {
        var request = Request(Gzip(s_json), null);
        request.Headers.ContentEncoding = new(["gzip", "gzip"]);

        Assert.Equal("content_encoding", (await RequestBody.PeekAsync(request, TimeProvider.System, Cancellation)).Reason);
    }

    public static TheoryData<byte[]> BadGzip() => new(
        "no gzip at all"u8.ToArray(),
        new byte[] { 0x1f, 0x8b, 0x08 },
        Gzip(s_json)[..20],
        (byte[])[.. Gzip(s_json).Take(15), 0xff, 0xff, 0xff, 0xff, .. Gzip(s_json).Skip(19)]);

    [Theory]
    [MemberData(nameof(BadGzip))]
    public async Task What_is_no_gzip_is_not_understood(byte[] bytes)
    {
        var request = Request(bytes, "gzip");

        var (body, reason) = await RequestBody.PeekAsync(request, TimeProvider.System, Cancellation);

        // A decoder that takes the end for the end of the data yields no JSON either.
        Assert.True(body is null ? reason == "content_encoding" : Read.V2(body.Value.ToArray()).Request is null);
        Assert.Equal(bytes, await RestAsync(request));
    }

    [Theory]
    [InlineData(256 * 1024, true)]
    [InlineData((256 * 1024) + 1, false)]
    [InlineData(50 * 1024 * 1024, false)]
    public async Task A_gzip_bomb_is_not_unpacked(int length, bool expected)
    {
        var bomb = Gzip(new byte[length]);
        var request = Request(bomb, "gzip");

        var (body, reason) = await RequestBody.PeekAsync(request, TimeProvider.System, Cancellation);

        Assert.Equal(expected ? length : null, body?.Length);
        Assert.Equal(expected ? null : "body_too_large", reason);
        Assert.Equal(bomb, await RestAsync(request));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(256 * 1024, true)]
    [InlineData((256 * 1024) + 1, false)]
    public async Task A_body_is_read_up_to_the_limit(int length, bool expected)
    {
        var bytes = new byte[length];

        var (body, reason) = await RequestBody.PeekAsync(Request(bytes, null), TimeProvider.System, Cancellation);

        Assert.Equal(expected ? length : null, body?.Length);
        Assert.Equal(expected ? null : "body_too_large", reason);
    }

    [Fact]
    public async Task One_that_says_it_is_too_large_is_not_touched()
    {
        var bytes = new byte[RequestBody.MaxLength + 1];
        var request = Request(bytes, null);
        request.ContentLength = bytes.Length;

        Assert.Equal("body_too_large", (await RequestBody.PeekAsync(request, TimeProvider.System, Cancellation)).Reason);
        Assert.Equal(bytes, await RestAsync(request));
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(RequestBody.MaxLength, true)]
    [InlineData(RequestBody.MaxLength + 1, false)]
    [InlineData(1_000_000, false)]
    public async Task One_that_comes_in_pieces_is_read_or_left_whole(int length, bool expected)
    {
        var bytes = Enumerable.Range(0, length).Select(i => (byte)(i % 251)).ToArray();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var request = Request([], null);
        request.HttpContext.Features.Set<IRequestBodyPipeFeature>(new PieceByPiece(pipe.Reader));
        var writing = WriteAsync(pipe.Writer, bytes);

        var (body, _) = await RequestBody.PeekAsync(request, TimeProvider.System, Cancellation);
        await writing;

        Assert.Equal(expected ? bytes : null, body?.ToArray());
        Assert.Equal(bytes, await RestAsync(request));
    }

    [Fact]
    public async Task A_caller_who_goes_away_ends_the_reading()
    {
        var request = Request([], null);
        request.HttpContext.Features.Set<IRequestBodyPipeFeature>(new PieceByPiece(new Pipe().Reader));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await RequestBody.PeekAsync(request, TimeProvider.System, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task One_that_does_not_come_is_not_waited_for_for_ever()
    {
        var time = new FakeTimeProvider();
        var request = Request([], null);
        var pipe = new Pipe();
        request.HttpContext.Features.Set<IRequestBodyPipeFeature>(new PieceByPiece(pipe.Reader));
        var reading = RequestBody.PeekAsync(request, time, Cancellation).AsTask();

        time.Advance(RequestBody.ReadTimeout - TimeSpan.FromSeconds(1));
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(408, (await Assert.ThrowsAsync<BadHttpRequestException>(() => reading)).StatusCode);
    }

    [Fact]
    public async Task What_was_peeked_at_can_be_taken_away()
    {
        var request = Request(s_json, null);
        await RequestBody.PeekAsync(request, TimeProvider.System, Cancellation);

        RequestBody.Discard(request);

        Assert.Empty(await RestAsync(request));
    }

    private static HttpRequest Request(byte[] body, string? coding)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(body);
        if (coding is not null)
        {
            context.Request.Headers.ContentEncoding = coding;
        }

        return context.Request;
    }

    // By its reader: that of a server, unlike this context's, and its stream are one.
    private static async Task<byte[]> RestAsync(HttpRequest request)
    {
        using var rest = new MemoryStream();
        await request.BodyReader.CopyToAsync(rest, Cancellation);
        return rest.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    private static async Task WriteAsync(PipeWriter writer, byte[] bytes)
    {
        foreach (var piece in bytes.Chunk(1_500))
        {
            await writer.WriteAsync(piece, Cancellation);
        }

        await writer.CompleteAsync();
    }

    private sealed class PieceByPiece(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}

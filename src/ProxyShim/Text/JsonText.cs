using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ProxyShim.Text;

/// <summary>Writes JSON for other programs: letters of any script stay as they are, since none of it goes into a page.</summary>
internal static class JsonText
{
    // After an unusually long text the buffer is given back, so that no thread keeps it for ever.
    private const int MaxKeptBytes = 16 * 1024;

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    /// <summary>What <paramref name="write"/> writes, in an array of its own. It must not write another text meanwhile: a thread has one writer.</summary>
    public static byte[] Write<TState>(TState state, Action<Utf8JsonWriter, TState> write) => Write(
        (state, write),
        static (json, call) =>
        {
            call.write(json, call.state);
            return 0;
        }).Text;

    /// <summary>The same, and the place in it that <paramref name="write"/> returns (<see cref="PlaceOf"/>).</summary>
    public static (byte[] Text, int Place) Write<TState>(TState state, Func<Utf8JsonWriter, TState, int> write)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(1024);
        var writer = t_writer ??= new Utf8JsonWriter(buffer, s_options);
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        var place = write(writer, state);
        writer.Flush();
        var text = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > MaxKeptBytes)
        {
            writer.Dispose();
            (t_buffer, t_writer) = (null, null);
        }

        return (text, place);
    }

    /// <summary>How many bytes have been written so far.</summary>
    public static int PlaceOf(Utf8JsonWriter json) => (int)json.BytesCommitted + json.BytesPending;
}

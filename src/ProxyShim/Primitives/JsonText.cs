using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ProxyShim.Primitives;

/// <summary>Writes JSON for other programs: letters of any script stay as they are, since none of it goes into a page.</summary>
internal static class JsonText
{
    // After an unusually long text the buffer is given back with the next one, so that no thread keeps it for ever.
    private const int MaxKeptBytes = 16 * 1024;

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    /// <summary>What <paramref name="write"/> writes, in an array of its own. It must not write another text meanwhile: a thread has one writer.</summary>
    /// <returns>The text, and the place in it that <paramref name="write"/> has returned (<see cref="PositionOf"/>).</returns>
    public static (byte[] Text, int Place) Write<TState>(TState state, Func<Utf8JsonWriter, TState, int> write)
    {
        var writer = Begin();
        var place = write(writer, state);
        writer.Flush();
        return (t_buffer!.WrittenSpan.ToArray(), place);
    }

    /// <summary>The same in this thread's own buffer: to be copied at once, since it is good until the thread writes its next text.</summary>
    public static ReadOnlySpan<byte> WriteShared<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        var writer = Begin();
        write(writer, state);
        writer.Flush();
        return t_buffer!.WrittenSpan;
    }

    /// <summary>Writes an array of texts; an empty one for null.</summary>
    public static void WriteStringArray(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string>? texts)
    {
        json.WriteStartArray(name);

        // By index: the enumerator of an interface is an object.
        for (var i = 0; i < texts?.Count; i++)
        {
            json.WriteStringValue(texts[i]);
        }

        json.WriteEndArray();
    }

    /// <summary>The text of a JSON string, whatever it holds. Half of a surrogate pair, as JavaScript leaves it where it cuts a text, is no text to .NET: it stays half.</summary>
    public static string TextOf(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // JSON's escapes are some of those of regular expressions, with the same meaning
            // (https://learn.microsoft.com/dotnet/standard/base-types/character-escapes-in-regular-expressions).
            return Regex.Unescape(text.GetRawText()[1..^1]);
        }
    }

    /// <summary>How many bytes have been written so far.</summary>
    public static int PositionOf(Utf8JsonWriter json) => (int)json.BytesCommitted + json.BytesPending;

    private static Utf8JsonWriter Begin()
    {
        if (t_buffer is null || t_writer is null || t_buffer.Capacity > MaxKeptBytes)
        {
            t_buffer = new ArrayBufferWriter<byte>(1024);
            t_writer = new Utf8JsonWriter(t_buffer, s_options);
        }

        t_buffer.ResetWrittenCount();
        t_writer.Reset(t_buffer);
        return t_writer;
    }
}

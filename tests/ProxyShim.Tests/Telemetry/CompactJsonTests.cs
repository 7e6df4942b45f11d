using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;
using ProxyShim.Telemetry.Output;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

// What System.Text.Json's own writer writes, byte for byte.
public sealed class CompactJsonTests
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string Special = "\"\\<\n\u007f\u2028\ud83d\ude00";

    // Every UTF-16 code unit, halves of surrogate pairs among them, and much of what is escaped.
    private static readonly Gen<string> s_texts = Gen.OneOf(Gen.Char, Gen.Char.AlphaNumeric, Gen.Int[0, Special.Length - 1].Select(static place => Special[place])).Array[0, 300]
        .Select(static letters => new string(letters));

    [Fact]
    public void Texts() => Gen.Dictionary(s_texts, s_texts)[0, 8].Sample(
        static fields => AssertSame(
            json =>
            {
                foreach (var (name, value) in fields)
                {
                    json.Name(name);
                    json.Text(value);
                }
            },
            json =>
            {
                foreach (var (name, value) in fields)
                {
                    json.WriteString(name, value);
                }
            }),
        iter: 1000);

    [Fact]
    public void Numbers() => Gen.Select(Gen.Long, Gen.Double.Where(double.IsFinite), Gen.Decimal).Sample(
        static (whole, real, money) => AssertSame(
            json =>
            {
                json.Name("whole"u8);
                json.Number(whole);
                json.Name("real"u8);
                json.Number(real);
                json.Name("money"u8);
                json.Number(money);
            },
            json =>
            {
                json.WriteNumber("whole"u8, whole);
                json.WriteNumber("real"u8, real);
                json.WriteNumber("money"u8, money);
            }),
        iter: 1000);

    [Fact]
    public void Thousandths() => Gen.Long[-1_000_000_000_000, 1_000_000_000_000].Sample(
        static value => AssertSame(
            json =>
            {
                json.Name("thousandths"u8);
                json.Thousandths(value);
            },
            json => json.WriteNumber("thousandths"u8, value / 1000d)),
        iter: 1000);

    [Fact]
    public void Everything_else() => AssertSame(
        static json =>
        {
            json.Name("none"u8);
            json.Null();
            json.Name("inner"u8);
            json.BeginObject();
            json.Name("yes"u8);
            json.Flag(true);
            json.Name("no");
            json.Flag(false);
            json.EndObject();
            json.Name("text"u8);
            json.Text("ours"u8);
        },
        static json =>
        {
            json.WriteNull("none"u8);
            json.WriteStartObject("inner"u8);
            json.WriteBoolean("yes"u8, true);
            json.WriteBoolean("no"u8, false);
            json.WriteEndObject();
            json.WriteString("text"u8, "ours"u8);
        });

    [Fact]
    public void Begins_anew()
    {
        var json = new CompactJson();
        json.BeginObject();
        json.Name("old"u8);
        json.Clear();
        json.BeginObject();
        json.EndObject();
        json.EndLine();

        Assert.Equal("{}\n", Encoding.UTF8.GetString(json.Written));
    }

    private static void AssertSame(Action<CompactJson> ours, Action<Utf8JsonWriter> theirs)
    {
        var json = new CompactJson();
        json.BeginObject();
        ours(json);
        json.EndObject();
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_options))
        {
            writer.WriteStartObject();
            theirs(writer);
            writer.WriteEndObject();
        }

        Assert.Equal(Encoding.UTF8.GetString(stream.ToArray()), Encoding.UTF8.GetString(json.Written));
    }
}

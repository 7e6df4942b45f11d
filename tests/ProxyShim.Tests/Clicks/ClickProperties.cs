using System.Text;
using CsCheck;
using ProxyShim.Clicks;
using ProxyShim.Customers;
using ProxyShim.Primitives;
using ProxyShim.Tests.CustomerApi;
using StackExchange.Redis;
using Xunit;

namespace ProxyShim.Tests.Clicks;

/// <summary>Somebody else writes clicks, and a visitor has a hand in what they hold: whatever comes is a click within its bounds, or none, and never an error.</summary>
public class ClickProperties
{
    private const int Samples = 3_000;

    private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow();

    private static readonly string[] s_names = [.. ClickName.All.Select(static name => name.Text), "XID", "x"];

    private static readonly string[] s_values =
        ["\"X1\"", "5", "null", "\"\"", "[\"a\",\"b\"]", "[1]", "{}", "true", "\"bG92ZWxhY2U\"", "\"10.0.0.1\"", "1767225600000", "-1", "1e99", "\"\\ud800\"", "nul", "[[[["];

    /// <summary>Objects that are clicks as often as not.</summary>
    private static readonly Gen<string> s_click = Gen.Select(
            Gen.OneOf(s_names), Gen.OneOf(Gen.OneOf(s_values), GenJson.Text.SelectMany(GenJson.Quoted)))
        .Select((name, value) => $"\"{name}\":{value}").Array[0, 6]
        .Select(members => $"{{{string.Join(',', members.Prepend("\"xid\":\"X1\""))}}}");

    private static readonly Gen<byte[]> s_bytes = Gen.OneOf(
        Gen.Select(s_click, Gen.Byte, Gen.Int[0, 400]).Select((json, spoilt, position) =>
        {
            var bytes = Encoding.UTF8.GetBytes(json);
            bytes[position % bytes.Length] = spoilt;
            return bytes;
        }),
        s_click.Select(Encoding.UTF8.GetBytes),
        GenJson.Object.Select(Encoding.UTF8.GetBytes),
        GenJson.Text.Select(Encoding.UTF8.GetBytes),
        Gen.Byte.Array[0, 100]);

    [Fact]
    public void Whatever_stands_in_Redis_is_a_click_or_none() => s_bytes.Sample(bytes => IsBounded(ClickReader.FromString(bytes)), iter: Samples);

    [Fact]
    public void Whatever_stands_in_a_hash_is_a_click_or_none() => Gen.Select(Gen.OneOf(s_names), s_bytes).Array[0, 8].Sample(
        fields => IsBounded(ClickReader.FromHash([.. fields.Select(field => new HashEntry(field.Item1, field.Item2)).Append(new("xid", "X1"))])), iter: Samples);

    [Fact]
    public void Whatever_is_reported_is_a_click_or_there_is_a_word_what_to_write() => s_bytes.Sample(
        bytes =>
        {
            var click = ClickForm.Read(bytes, s_now, out var problem);
            return click is null == problem is not null && IsBounded(click?.Click);
        },
        iter: Samples);

    [Fact]
    public void Whatever_stands_in_a_row_of_a_table_is_a_click_or_there_is_a_word_what_to_write()
    {
        var names = ClickName.All;
        Gen.OneOf(GenJson.Text, Gen.OneOf(s_values)).Array[names.Count].Sample(
            texts => ClickForm.Read(names, [.. texts.Select(static text => (Utf8Text)text)], s_now, out var problem) is null == problem is not null, iter: Samples);
    }

    [Fact]
    public void Whatever_a_creation_brings_itself_as_its_click_is_taken_or_left_and_the_rest_of_its_meta_stays()
    {
        RequestField[] fields = [RequestField.TryParse("meta.ps_xid")!, RequestField.TryParse("ps_xid")!];
        var value = Gen.OneOf(Gen.OneOf("5", "null", "\"\"", "{}", "[1]", "\"X1\"", "\" X1 \"", "1e400"), GenJson.Text.SelectMany(GenJson.Quoted));
        Gen.Select(value, value, value).Sample(
            (first, second, rest) =>
            {
                var json = Encoding.UTF8.GetBytes(Read.Body(more: $"\"ps_xid\":{first},\"meta\":{{\"ps_xid\":{second},\"plan\":{rest}}}"));
                if (Read.V2(json).Request is not { } request)
                {
                    return true;
                }

                var taken = RequestClick.Take(request, json, fields);
                return taken.Click is null ? taken == request : Encoding.UTF8.GetString(taken.Meta!.Value.Span) == Meta(rest);
            },
            iter: Samples);
    }

    private static string Meta(string rest) => $"{{\"plan\":{rest}}}";

    private static bool IsBounded(Click? click) => click is null || (click.Xid.Value.Length is > 0 and <= 255
        && new[] { $"{click.PartnerKey}", $"{click.Origin}", $"{click.UserAgent}", $"{click.ExternalType}" }.All(field => field.Length <= ClickBounds.Field)
        && click.SubIds is null or { Count: > 0 and <= ClickBounds.SubIds });
}

using System.Text.Json;
using CsCheck;
using ProxyShim.Conversions;
using ProxyShim.Tests.CustomerApi;
using Xunit;

namespace ProxyShim.Tests.Conversions;

public class RefusalTextProperties
{
    private static readonly string[] s_around = ["'{0}' is not valid", "email {0} taken", "{0}", "customer {0}: \u202e refused\r\n{0}", "a-{0}/b", "\"{0}\"", "<p>{0}</p>"];

    // What opens a quotation, and what may close it.
    private static readonly string[] s_marks =
    [
        "\"\"", "''", "``'", "´´", "“”", "””", "„“”", "‘’", "’’", "‚‘’", "«»", "»«»", "‹›", "›‹›", "「」", "『』", "＂＂", "＇＇",
    ];

    [Fact]
    public void Whatever_a_refusal_says_it_is_one_short_line_without_what_the_customer_told() => Gen.Select(
            Gen.OneOf(s_around), Gen.Char['a', 'z'].Array[6, 20].Select(letters => $"canary{new string(letters)}"), GenJson.Text)
        .Sample(
            (form, word, noise) =>
            {
                var conversion = JsonSerializer.SerializeToUtf8Bytes(new { xid = "X1", customer_key = word, email = $"{word}@example.com", meta = new { noise } });
                var shown = RefusalText.Of($"{form.Replace("{0}", word, StringComparison.Ordinal)} {noise}", conversion);
                return shown is null || (shown.Length <= RefusalText.MaxLength && !shown.Any(char.IsControl) && !shown.Contains(word, StringComparison.OrdinalIgnoreCase));
            },
            iter: 2_000);

    [Fact]
    public void Whatever_text_comes_it_is_read() => GenJson.Text.Array[0, 30].Select(string.Concat).Sample(
        text => RefusalText.Of(text, """{"xid":"X1","customer_key":"c"}"""u8.ToArray()) is not { Length: > RefusalText.MaxLength }, iter: 2_000);

    // Other marks, apostrophes and all; what is escaped is not as it reads.
    [Fact]
    public void Whatever_stands_in_quotation_marks_goes_whole() => Gen.Select(Gen.OneOf(s_marks), Gen.Bool, GenJson.Text.Array[0, 4].Select(string.Concat)).Sample(
        (marks, last, text) =>
        {
            var inner = string.Concat(text.Where(letter => !marks[1..].Contains(letter) && letter is not ('\\' or '&')));
            return RefusalText.Of($"customer {marks[0]}Conan O'B{inner} O’Brien{(last ? marks[^1] : marks[1])} has it", """{"xid":"X1","customer_key":"c"}"""u8.ToArray())
                == "customer […] has it";
        },
        iter: 5_000);
}

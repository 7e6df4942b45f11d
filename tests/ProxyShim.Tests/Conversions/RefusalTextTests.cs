using System.Text;
using ProxyShim.Conversions;
using Xunit;

namespace ProxyShim.Tests.Conversions;

public sealed class RefusalTextTests
{
    private static readonly byte[] s_conversion = Encoding.UTF8.GetBytes(
        """
        {"xid":"xidAda1815","customer_key":"cus-42-ada","email":"ada@example.com","name":"Ada Lovelace","provider_key":"stripe_77","ip_address":"203.0.113.7",
        "sub_ids":["Byron"],"meta":{"plan":"gold","seats":12,"list":[{"deep":"Babbage"}]}}
        """);

    [Theory]
    [InlineData("The xid is not known.", "The xid is not known.")]
    [InlineData("'xid' is a required property", "'xid' is a required property")]
    [InlineData("xid xidAda1815 is not known", "xid xidAda1815 is not known")]
    [InlineData("HTTP 422: customer_key must have 4 to 255 characters", "HTTP 422: customer_key must have 4 to 255 characters")]
    [InlineData("ada@example.com is taken", "[…] is taken")]
    [InlineData("ADA@EXAMPLE.COM is taken", "[…] is taken")]
    [InlineData("ada%40example.com is taken", "[…] is taken")]
    [InlineData("The customer Ada Lovelace exists", "The customer […] exists")]
    [InlineData("lovelace, ada", "[…], […]")]
    [InlineData("somebody.else@other.example has it", "[…] has it")]
    [InlineData("from 203.0.113.7", "from […]")]
    [InlineData("call +49 170 1234567", "call +49 170 […]")]
    [InlineData("customer 'Grace Hopper' has it", "customer […] has it")]
    [InlineData("customer \u201cGrace Hopper\u201d has it", "customer […] has it")]
    [InlineData("plan gold, 12 seats, Babbage, Byron, stripe_77, cus-42-ada", "plan […], […] seats, […], […], […], […]")]
    [InlineData("customer 'Grace Hopper has it", "customer […]")]
    [InlineData("customer \u201cGrace Hopper has it", "customer […]")]
    [InlineData("customer \"Conan O'Brien\" has it", "customer […] has it")]
    [InlineData("customer 'Conan O'Brien' has it", "customer […] has it")]
    [InlineData("customer “Conan O’Brien” has it", "customer […] has it")]
    [InlineData("customer ‘Conan O’Brien’ has it", "customer […] has it")]
    [InlineData("u'Grace Hopper' is too short", "u[…] is too short")]
    [InlineData("u\"Conan O'Brien\" is too short", "u[…] is too short")]
    [InlineData("{u'name': br'Grace Hopper'}", "{u'name': br[…]}")]
    [InlineData("u'xid' is a required property", "u'xid' is a required property")]
    [InlineData("„Grace Hopper“ has it", "[…] has it")]
    [InlineData("„Grace Hopper” has it", "[…] has it")]
    [InlineData("»Grace Hopper« has it", "[…] has it")]
    [InlineData("« Grace Hopper » has it", "[…] has it")]
    [InlineData("`Grace Hopper' has it", "[…] has it")]
    [InlineData("「Grace Hopper」 has it", "[…] has it")]
    [InlineData("\"Grace \"\"Amazing\"\" Hopper\" has it", "[…] has it")]
    [InlineData("\"Grace \\\"Amazing\\\" Hopper\" has it", "[…] has it")]
    [InlineData("{\"name\": \"J\\u00f6rg O'Brien\"}", "{\"name\": […]}")]
    [InlineData("{\\\"name\\\":\\\"Conan O'Brien\\\"}", "{\\\"name\\\":\\[…]}")]
    [InlineData("&quot;Grace Murray Hopper&quot; has it", "[…] has it")]
    [InlineData("&#39;Conan Christopher O&#39;Brien&#39; has it", "[…] has it")]
    [InlineData("'' is too short, and so is \"\"", "'' is too short, and so is \"\"")]
    [InlineData("the customers' names & addresses", "the customers' names & addresses")]
    [InlineData("first\r\nsecond\u202eline", "first  second line")]
    [InlineData("It doesn't exist, and isn't known", "It doesn't exist, and isn't known")]
    [InlineData("", null)]
    [InlineData(" \n", null)]
    [InlineData(null, null)]
    public void Words_of_the_api_stay_and_what_may_be_somebodys_goes(string? message, string? expected) =>
        Assert.Equal(expected, RefusalText.Of(message, s_conversion));

    // JavaScript leaves half of a pair where it cuts a text within an emoji.
    [Theory]
    [InlineData("""{"meta":{"note":"Emmy \"N\u00f6ther\" \ud83d"}}""", "Emmy Nöther has it", "[…] has it")]
    [InlineData("""{"meta":{"note":"\ud83d"}}""", "somebody has it", "somebody has it")]
    public void A_text_of_the_conversion_that_was_cut_within_a_character_is_one_all_the_same(string conversion, string message, string expected) =>
        Assert.Equal(expected, RefusalText.Of(message, Encoding.UTF8.GetBytes(conversion)));

    [Theory]
    [InlineData("J\\u00f6rg")]
    [InlineData("J\\xf6rg")]
    [InlineData("J\\303\\266rg")]
    [InlineData("J&ouml;rg")]
    [InlineData("J&#246;rg")]
    [InlineData("J&#xF6;rg")]
    [InlineData("J&amp;ouml;rg")]
    [InlineData("J&amp;#246;rg")]
    [InlineData("J%C3%B6rg")]
    [InlineData("&Ouml;rjan")]
    [InlineData("Jos&eacute;")]
    public void A_name_with_escaped_letters_goes_too(string name) => Assert.Matches(
        "^customer \\[…];? has it$", RefusalText.Of($"customer {name} has it", """{"xid":"X1","customer_key":"c","name":"J\u00f6rg \u00d6rjan Jos\u00e9"}"""u8.ToArray()));

    // No letter, though it takes two code units as some letters do.
    [Theory]
    [InlineData("Lovelace\ud83d\ude00", "Lovelace")]
    [InlineData("\ud83d\ude00Lovelace", "Lovelace")]
    [InlineData("\ud83d\ude00Lovelace\ud83d\ude00", "Lovelace")]
    [InlineData("Lovelace", "Lovelace\ud83d\ude00")]
    public void A_name_beside_an_emoji_goes_too(string said, string told) => Assert.Equal(
        "customer […] has it", RefusalText.Of($"customer {said} has it", Encoding.UTF8.GetBytes($$"""{"xid":"X1","customer_key":"c","name":"{{told}}"}""")));

    // Rare Chinese surnames are written with two UTF-16 code units.
    [Theory]
    [InlineData("\ud842\udfb7")]
    [InlineData("\ud842\udfb7\u91ce")]
    [InlineData("\ud83d\ude00")]
    public void A_name_of_characters_that_take_two_code_units_goes_too(string name) => Assert.Equal(
        "customer […] has it", RefusalText.Of($"customer {name} has it", Encoding.UTF8.GetBytes($$"""{"xid":"X1","customer_key":"c","name":"{{name}}"}""")));

    [Fact]
    public void It_is_short()
    {
        var text = RefusalText.Of(string.Concat(Enumerable.Repeat("no such click ", 5000)), s_conversion)!;

        Assert.InRange(text.Length, RefusalText.MaxLength - "click ".Length, RefusalText.MaxLength);
        Assert.EndsWith("no…", text, StringComparison.Ordinal);
    }

    // Of what is cut off in its middle nothing says any more that it was told, is an address or stood in quotation marks; and a word may begin as one does that was told.
    [Theory]
    [InlineData("Lovelace", "Love")]
    [InlineData("grace.hopper@navy.example", "grace")]
    [InlineData("+49-170-1234567", "170")]
    [InlineData("'Grace Hopper'", "Grace")]
    [InlineData("\u201cGrace Hopper\u201d", "Grace")]
    [InlineData("adamant", "ada\u2026")]
    public void Nothing_of_what_stands_where_the_text_is_cut_is_left(string value, string part)
    {
        foreach (var filler in (string[])["ada@example.com ", "no such click "])
        {
            for (var before = 150; before < 1050; before++)
            {
                var padding = string.Concat(Enumerable.Repeat(filler, 1 + (before / filler.Length)))[^before..];
                Assert.DoesNotContain(part, RefusalText.Of($"{padding}{value} {new string('y', 2000)}", s_conversion), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void No_value_of_the_conversion_survives_wherever_it_stands()
    {
        foreach (var value in (string[])["ada@example.com", "Ada", "Lovelace", "cus-42-ada", "stripe_77", "203.0.113.7", "Byron", "gold", "Babbage"])
        {
            foreach (var form in (string[])["{0}", "<{0}>", "({0})", "key={0};", "\"{0}\"", "a {0}, b", "…{0}…", "/customers/{0}?x=1", "{0}{0}"])
            {
                var text = RefusalText.Of(string.Format(null, form, value), s_conversion);
                Assert.True(form == "{0}{0}" || !(text ?? "").Contains(value, StringComparison.OrdinalIgnoreCase), $"{form}: {text}");
            }
        }
    }
}

using System.Globalization;
using ProxyShim.Settings;
using Xunit;

namespace ProxyShim.Tests.Settings;

public class SettingsReaderTests
{
    private const string About = "What it does.";

    private enum Colour
    {
        Red,
        Blue,
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData(" FALSE ", false)]
    public void Reads_a_flag(string text, bool expected)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(expected, reader.Flag("Key", fallback: !expected, About));
        Assert.Empty(reader.Problems);
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("1")]
    [InlineData("tru")]
    public void Refuses_what_is_no_flag(string text)
    {
        var reader = Reader(("Key", text));

        Assert.True(reader.Flag("Key", fallback: true, About));
        Assert.Equal([$"Key: '{text}' is neither true nor false; write true or false (environment variable Key)"], reader.Problems);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData(" 10 ", 10)]
    [InlineData("05", 5)]
    public void Reads_a_number(string text, int expected)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(expected, reader.Number("Key", 3, 1, 10, "things", About));
        Assert.Empty(reader.Problems);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("11")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1,000")]
    [InlineData("many")]
    [InlineData("99999999999999999999")]
    public void Refuses_a_number_that_is_none_or_out_of_range(string text)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(3, reader.Number("Key", 3, 1, 10, "things", About));
        Assert.Equal([$"Key: '{text}' is not a whole number from 1 to 10; write one, such as 3 (environment variable Key)"], reader.Problems);
    }

    [Theory]
    [InlineData("00:00:03", 3)]
    [InlineData("00:00:00.5", 0.5)]
    [InlineData("0:01", 60)]
    [InlineData("0:00:07", 7)]
    [InlineData(" 01:00:00 ", 3600)]
    [InlineData("3s", 3)]
    [InlineData("500ms", 0.5)]
    [InlineData("1.5s", 1.5)]
    [InlineData("15m", 900)]
    [InlineData("15M", 900)]
    [InlineData("1h", 3600)]
    [InlineData("0h59m60s", 3600)]
    [InlineData("0s", 0)]
    public void Reads_a_duration(string text, double seconds)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(TimeSpan.FromSeconds(seconds), reader.Duration("Key", TimeSpan.FromSeconds(2), TimeSpan.Zero, TimeSpan.FromHours(1), About));
        Assert.Empty(reader.Problems);
    }

    [Theory]
    [InlineData("3")] // .NET reads it as three days.
    [InlineData("3 s")]
    [InlineData("s")]
    [InlineData("3x")]
    [InlineData("3s5")]
    [InlineData("-3s")]
    [InlineData("1.2.3s")]
    [InlineData("61m")]
    [InlineData("99999999999999d")]
    [InlineData("-00:00:01")]
    [InlineData("01:00:01")]
    [InlineData("PT3S")]
    public void Refuses_a_duration_that_is_none_or_out_of_range(string text)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(TimeSpan.FromSeconds(2), reader.Duration("Key", TimeSpan.FromSeconds(2), TimeSpan.Zero, TimeSpan.FromHours(1), About));
        Assert.Equal(
            [$"Key: '{text}' is not a duration from 0s to 1h; write one, such as 2s, 500ms, 15m or 00:15:00 (environment variable Key)"],
            reader.Problems);
    }

    [Theory]
    [InlineData("00:15:00", "15m, 500ms or")]
    [InlineData("00:00:00.500", "500ms, 15m or")]
    public void An_example_that_is_the_default_is_given_once(string usual, string such)
    {
        var reader = Reader(("Key", "soon"));

        reader.Duration("Key", TimeSpan.Parse(usual, CultureInfo.InvariantCulture), TimeSpan.Zero, TimeSpan.FromHours(1), About);

        Assert.Contains($"such as {such} 00:15:00", Assert.Single(reader.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Blue")]
    [InlineData("blue")]
    [InlineData(" BLUE ")]
    public void Reads_a_choice(string text)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(Colour.Blue, reader.Choice("Key", Colour.Red, About));
        Assert.Empty(reader.Problems);
    }

    [Theory]
    [InlineData("Green")]
    [InlineData("1")]
    [InlineData("Red,Blue")]
    [InlineData("+1")]
    public void Refuses_what_is_no_choice(string text)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(Colour.Red, reader.Choice("Key", Colour.Red, About));
        Assert.Equal([$"Key: '{text}' is not one of its values; write one of Red, Blue (environment variable Key)"], reader.Problems);
    }

    [Theory]
    [InlineData("http://localhost:1", "http://localhost:1/")]
    [InlineData("https://example.com/base/", "https://example.com/base/")]
    [InlineData(" https://example.com ", "https://example.com/")]
    public void Reads_an_address(string text, string expected)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(expected, reader.Address("Key", "https://fallback.example", About).ToString());
        Assert.Empty(reader.Problems);
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("/path")]
    [InlineData("ftp://example.com")]
    [InlineData("https://example.com/?query")]
    [InlineData("https://example.com/#fragment")]
    public void Refuses_what_is_no_address(string text)
    {
        var reader = Reader(("Key", text));

        Assert.Equal("https://fallback.example/", reader.Address("Key", "https://fallback.example", About).ToString());
        Assert.Equal([$"Key: '{text}' is not an http or https address; write one, such as https://fallback.example (environment variable Key)"], reader.Problems);
    }

    [Fact]
    public void An_address_with_a_password_is_refused_and_not_quoted()
    {
        var reader = Reader(("Key", "https://user:canary@example.com"));

        reader.Address("Key", "https://fallback.example", About);

        Assert.DoesNotContain("canary", Assert.Single(reader.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sk_1", "sk_1")]
    [InlineData("sk_1\n", "sk_1")]
    [InlineData("sk_1\r\n", "sk_1")]
    [InlineData(" sk_1 ", "sk_1")]
    [InlineData("\uFEFFsk_1\u200B\t", "sk_1")]
    public void A_secret_is_trimmed_as_everything_is(string text, string expected)
        => Assert.Equal(expected, Reader(("Key", text)).Secret("Key", About, "x")!.Reveal());

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(null)]
    public void An_empty_secret_is_none(string? text)
        => Assert.Null(Reader(("Key", text)).Secret("Key", About, "x"));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void An_empty_value_is_an_absent_one(string? text)
    {
        var reader = Reader(("Key", text));

        Assert.Null(reader.Text("Key", About, "x"));
        Assert.Equal("fallback", reader.Text("Key", "fallback", About, "x"));
        Assert.True(reader.Flag("Key", fallback: true, About));
        Assert.Equal(3, reader.Number("Key", 3, 1, 10, "things", About));
        Assert.Equal(Colour.Blue, reader.Choice("Key", Colour.Blue, About));
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public void A_list_replaces_the_whole_default()
    {
        string[] fallback = ["a", "b", "c"];

        Assert.Equal(fallback, List(Reader(), fallback));
        Assert.Equal(["x"], List(Reader(("Key:0", "x")), fallback));
    }

    [Fact]
    public void A_list_is_in_the_order_of_its_numbers()
        => Assert.Equal(["two", "nine", "ten"], List(Reader(("Key:10", "ten"), ("Key:9", "nine"), ("Key:2", "two")), []));

    [Fact]
    public void An_unknown_key_in_a_known_section_is_a_problem_that_names_the_known_ones()
    {
        var reader = Reader(("Section:Known", "1"), ("Section:Knwon", "canary"));
        reader.Text("Section:Known", About, "x");
        reader.Text("Section:Other", About, "x");

        reader.ReportUnknownKeys();

        Assert.Equal(
            ["Section:Knwon: is not a setting; remove it or write one of Section:Known, Section:Other (environment variable Section__Knwon)"], reader.Problems);
    }

    [Fact]
    public void A_key_below_a_known_one_is_unknown()
    {
        var reader = Reader(("Section:Key:Deeper", "1"));
        reader.Text("Section:Key", About, "x");

        reader.ReportUnknownKeys();

        Assert.StartsWith("Section:Key:Deeper: is not a setting", Assert.Single(reader.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Upper_and_lower_case_are_the_same_in_keys()
    {
        var reader = Reader(("SECTION:KEY", "value"));

        Assert.Equal("value", reader.Text("Section:Key", About, "x"));
        reader.ReportUnknownKeys();
        Assert.Empty(reader.Problems);
    }

    [Theory]
    [InlineData("\"2s\"")]
    [InlineData("'2s'")]
    public void A_value_in_quotation_marks_is_one_problem(string text)
    {
        var reader = Reader(("Key", text));

        reader.Duration("Key", TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.FromHours(1), About);

        Assert.Equal(["Key: stands in quotation marks; write it without them (environment variable Key)"], reader.Problems);
    }

    [Theory]
    [InlineData("pk_replace_me")]
    [InlineData("replace-me-and-keep-me-secret")]
    [InlineData("changeme")]
    [InlineData("pk_…")]
    [InlineData("<token>")]
    [InlineData("${TOKEN}")]
    [InlineData("{{ .Values.token }}")]
    public void The_placeholder_of_an_example_is_a_problem(string text)
    {
        var reader = Reader(("Key", text));

        reader.Secret("Key", About, "x");

        Assert.Equal(["Key: is the placeholder of an example; write your own (environment variable Key)"], reader.Problems);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    public void A_secret_of_several_lines_is_a_problem(string text)
    {
        var reader = Reader(("Key", text));

        reader.Secret("Key", About, "x");

        Assert.StartsWith("Key: holds a line break", Assert.Single(reader.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_is_written_as_one_value_is_a_problem()
    {
        var reader = Reader(("Key", "a"));

        List(reader, []);

        Assert.Equal(["Key: is a list; write its first entry as Key:0 (environment variable Key__0) (environment variable Key)"], reader.Problems);
    }

    [Fact]
    public void A_list_that_is_empty_is_none()
    {
        var reader = Reader(("Key", ""));

        Assert.Equal(["a"], List(reader, ["a"]));
        Assert.Empty(reader.Problems);
    }

    private static SettingsReader Reader(params (string Key, string? Value)[] settings) => new(Given.Configuration(settings));

    private static IReadOnlyList<string> List(SettingsReader reader, IReadOnlyList<string> fallback)
        => reader.List("Key", fallback, key => reader.Text(key, "", About, "x"));
}

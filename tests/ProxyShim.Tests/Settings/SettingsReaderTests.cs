using ProxyShim.Settings;
using Xunit;

namespace ProxyShim.Tests.Settings;

public class SettingsReaderTests
{
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

        Assert.Equal(expected, reader.Flag("Key", fallback: !expected));
        Assert.Empty(reader.Problems);
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("1")]
    [InlineData("tru")]
    public void Refuses_what_is_no_flag(string text)
    {
        var reader = Reader(("Key", text));

        Assert.True(reader.Flag("Key", fallback: true));
        Assert.Equal([$"Key: '{text}' is neither true nor false; write true or false (environment variable Key)"], reader.Problems);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData(" 10 ", 10)]
    [InlineData("05", 5)]
    public void Reads_a_number(string text, int expected)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(expected, reader.Number("Key", 3, 1, 10));
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

        Assert.Equal(3, reader.Number("Key", 3, 1, 10));
        Assert.Equal([$"Key: '{text}' is not a whole number from 1 to 10; write one, such as 3 (environment variable Key)"], reader.Problems);
    }

    [Theory]
    [InlineData("00:00:03", 3)]
    [InlineData("00:00:00.5", 0.5)]
    [InlineData("0:01", 60)]
    [InlineData("0:00:07", 7)]
    [InlineData(" 01:00:00 ", 3600)]
    public void Reads_a_duration(string text, double seconds)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(TimeSpan.FromSeconds(seconds), reader.Duration("Key", TimeSpan.FromSeconds(2), TimeSpan.Zero, TimeSpan.FromHours(1)));
        Assert.Empty(reader.Problems);
    }

    [Theory]
    [InlineData("3")] // .NET reads it as three days.
    [InlineData("3s")]
    [InlineData("500ms")]
    [InlineData("-00:00:01")]
    [InlineData("01:00:01")]
    [InlineData("PT3S")]
    public void Refuses_a_duration_that_is_none_or_out_of_range(string text)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(TimeSpan.FromSeconds(2), reader.Duration("Key", TimeSpan.FromSeconds(2), TimeSpan.Zero, TimeSpan.FromHours(1)));
        Assert.Equal(
            [$"Key: '{text}' is not a duration from 00:00:00 to 01:00:00; write hours:minutes:seconds, such as 00:00:02 (environment variable Key)"],
            reader.Problems);
    }

    [Theory]
    [InlineData("Blue")]
    [InlineData("blue")]
    [InlineData(" BLUE ")]
    public void Reads_a_choice(string text)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(Colour.Blue, reader.Choice("Key", Colour.Red));
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

        Assert.Equal(Colour.Red, reader.Choice("Key", Colour.Red));
        Assert.Equal([$"Key: '{text}' is not one of its values; write one of Red, Blue (environment variable Key)"], reader.Problems);
    }

    [Theory]
    [InlineData("http://localhost:1", "http://localhost:1/")]
    [InlineData("https://example.com/base/", "https://example.com/base/")]
    [InlineData(" https://example.com ", "https://example.com/")]
    public void Reads_an_address(string text, string expected)
    {
        var reader = Reader(("Key", text));

        Assert.Equal(expected, reader.Address("Key", "https://fallback.example").ToString());
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

        Assert.Equal("https://fallback.example/", reader.Address("Key", "https://fallback.example").ToString());
        Assert.Equal([$"Key: '{text}' is not an http or https address; write one, such as https://fallback.example (environment variable Key)"], reader.Problems);
    }

    [Fact]
    public void An_address_with_a_password_is_refused_and_not_quoted()
    {
        var reader = Reader(("Key", "https://user:canary@example.com"));

        reader.Address("Key", "https://fallback.example");

        Assert.DoesNotContain("canary", Assert.Single(reader.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sk_1", "sk_1")]
    [InlineData("sk_1\n", "sk_1")]
    [InlineData("sk_1\r\n", "sk_1")]
    [InlineData(" sk_1 ", " sk_1 ")]
    public void A_secret_is_taken_as_it_is_but_for_the_line_end_of_its_file(string text, string expected)
        => Assert.Equal(expected, Reader(("Key", text)).Secret("Key")!.Reveal());

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData(null)]
    public void An_empty_secret_is_none(string? text)
        => Assert.Null(Reader(("Key", text)).Secret("Key"));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void An_empty_value_is_an_absent_one(string? text)
    {
        var reader = Reader(("Key", text));

        Assert.Null(reader.Text("Key"));
        Assert.Equal("fallback", reader.Text("Key", "fallback"));
        Assert.True(reader.Flag("Key", fallback: true));
        Assert.Equal(3, reader.Number("Key", 3, 1, 10));
        Assert.Equal(Colour.Blue, reader.Choice("Key", Colour.Blue));
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
        var reader = Reader(("Section:Known", "1"), ("Section:Knwon", "canary"), ("Elsewhere:Key", "1"), ("PATH", "1"));
        reader.Text("Section:Known");
        reader.Text("Section:Other");

        reader.ReportUnknownKeys();

        Assert.Equal(
            ["Section:Knwon: is not a setting; remove it or write one of Section:Known, Section:Other (environment variable Section__Knwon)"], reader.Problems);
    }

    [Fact]
    public void A_key_below_a_known_one_is_unknown()
    {
        var reader = Reader(("Section:Key:Deeper", "1"));
        reader.Text("Section:Key");

        reader.ReportUnknownKeys();

        Assert.StartsWith("Section:Key:Deeper: is not a setting", Assert.Single(reader.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Upper_and_lower_case_are_the_same_in_keys()
    {
        var reader = Reader(("SECTION:KEY", "value"));

        Assert.Equal("value", reader.Text("Section:Key"));
        reader.ReportUnknownKeys();
        Assert.Empty(reader.Problems);
    }

    private static SettingsReader Reader(params (string Key, string? Value)[] settings) => new(Given.Configuration(settings));

    private static IReadOnlyList<string> List(SettingsReader reader, IReadOnlyList<string> fallback)
        => reader.List("Key", fallback, key => reader.Text(key, ""));
}

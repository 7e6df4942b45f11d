using ProxyShim.Sandbox.Terminal;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

public sealed class ScreenTests : IDisposable
{
    private readonly StringWriter _written = new() { NewLine = "\n" };

    [Fact]
    public void What_is_too_long_ends_in_an_ellipsis_within_the_width()
    {
        var screen = new Screen(_written, width: 40, isColoured: false);

        screen.Line(new string('a', 41));
        screen.Line(new string('b', 40));
        screen.Row("answer", new string('c', 41));

        var lines = _written.ToString().Split('\n');
        Assert.Equal(new string('a', 39) + "…", lines[0]);
        Assert.Equal(new string('b', 40), lines[1]);
        Assert.Equal(40, lines[2].Length);
        Assert.EndsWith("c…", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_width_and_when_it_is_to_be_pasted_nothing_is_cut()
    {
        var text = new string('a', 5_000);
        new Screen(_written, width: null, isColoured: false).Line(text);
        new Screen(_written, width: 40, isColoured: false).Verbatim(text);
        Assert.Equal($"{text}\n{text}\n", _written.ToString());
    }

    [Fact]
    public void Only_what_the_screen_itself_adds_can_move_the_cursor()
    {
        new Screen(_written, width: 40, isColoured: false).Row("answer", "{\n\"a\":\u001b[2J\r\u009b1}");
        Assert.Equal("   answer         { \"a\": [2J  1}\n", _written.ToString());
    }

    [Fact]
    public void Colours_do_not_count_as_width()
    {
        new Screen(_written, width: 40, isColoured: true).Line(new string('a', 41), Tone.Bad);
        Assert.Equal($"\u001b[31m{new string('a', 39)}…\u001b[0m\n", _written.ToString());
    }

    public void Dispose() => _written.Dispose();
}

namespace ProxyShim.Sandbox.Terminal;

/// <summary>Where the tour is shown, a line at a time: no line is longer than the terminal is wide, and there are colours on a terminal only. Safe for concurrent use.</summary>
/// <param name="output">Where to; its methods must be safe for concurrent use.</param>
/// <param name="width">In columns; null = a line may be as long as it likes, since no terminal has to show it.</param>
/// <param name="isColoured">Whether ANSI escape sequences are understood.</param>
internal sealed class Screen(TextWriter output, int? width, bool isColoured)
{
    private const int LabelWidth = 14;
    private const int UsualWidth = 100;

    /// <summary>Standard output. <c>NO_COLOR</c> (https://no-color.org) leaves the colours out, as <c>TERM=dumb</c> does.</summary>
    public static Screen OfConsole() => Console.IsOutputRedirected
        ? new(Console.Out, width: null, isColoured: false)
        : new(Console.Out, Console.WindowWidth is > 0 and var columns ? columns : UsualWidth, WantsColour());

    /// <summary>A line, cut with "…" where it is too long.</summary>
    public void Line(string text = "", Tone tone = Tone.Plain) => output.WriteLine(Coloured(Fitted(text, 0), tone));

    /// <summary>A line with a name before it.</summary>
    public void Row(string label, string text, Tone tone = Tone.Plain) =>
        output.WriteLine($"   {Coloured(label.PadRight(LabelWidth), Tone.Faint)} {Coloured(Fitted(text, LabelWidth + 4), tone)}");

    /// <summary>Something to paste: never cut.</summary>
    public void Verbatim(string text) => output.WriteLine(text);

    /// <summary>A line without its end, for <see cref="TakeBack"/>.</summary>
    public void Prompt(string text) => output.Write(Coloured(Fitted(text, 0), Tone.Faint));

    /// <summary>Removes what <see cref="Prompt"/> wrote.</summary>
    public void TakeBack() => output.Write("\r\e[2K");

    private static bool WantsColour() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";

    private string Fitted(string text, int before)
    {
        // Bodies come from elsewhere: what would move the cursor is not passed on.
        var line = string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
        return width is not { } columns || before + line.Length <= columns ? line : $"{line[..Math.Max(0, columns - before - 1)]}…";
    }

    private string Coloured(string text, Tone tone) => isColoured && Code(tone) is { } code ? $"\e[{code}m{text}\e[0m" : text;

    // Of the sixteen that every theme defines, so that they can be read on light and on dark.
    private static string? Code(Tone tone) => tone switch
    {
        Tone.Heading => "1;36",
        Tone.Faint => "2",
        Tone.Good => "32",
        Tone.Warning => "33",
        Tone.Bad => "31",
        _ => null,
    };
}

using System.Text.RegularExpressions;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Sandbox;

/// <summary>The sandbox on a real terminal of 24 lines of 100 columns.</summary>
public sealed partial class SandboxTerminalTests
{
    private const int Rows = 24;
    private const int Columns = 100;
    private const string Prompt = "Enter: go on   Ctrl-C: end";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_screen_fits_and_waits_for_a_key_and_Ctrl_C_is_answered_with_a_word()
    {
        await using var sandbox = SandboxProcess.OnTerminal(Rows, Columns, ["--lag", "0"]);
        var screens = new List<string>();
        var end = 0;
        while (!sandbox.Output.Contains("Your turn", StringComparison.Ordinal))
        {
            var start = end;
            end = await sandbox.PrintsAsync(Prompt, Cancellation, start);
            screens.Add(sandbox.Output[start..end]);
            await sandbox.PressAsync("\r");

            // The prompt is taken back, and more follows.
            end = await sandbox.PrintsAsync("\r\e[2K", Cancellation, end);
            await sandbox.PrintsAsync("──", Cancellation, end);
        }

        var last = await sandbox.PrintsAsync("Ctrl-C: end", Cancellation, end);
        screens.Add(sandbox.Output[end..last]);
        Assert.Equal(11, screens.Count);
        Assert.All(screens, AssertFits);
        Assert.Contains("\e[1;36m", screens[1], StringComparison.Ordinal);
        Assert.Contains("…", screens[1], StringComparison.Ordinal);
        Assert.All((string[])["shim ", "management ", "simulator ", "Redis ", "its token is "], part => Assert.Contains(part, screens[^1], StringComparison.Ordinal));

        await sandbox.PressAsync("\u0003");
        Assert.Equal(0, await sandbox.EndsAsync(Cancellation));
        Assert.Contains("Stopping", sandbox.Output, StringComparison.Ordinal);
        Assert.Contains("Stopped.", sandbox.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_waits_for_nobody_and_NO_COLOR_is_honoured()
    {
        await using var sandbox = SandboxProcess.OnTerminal(Rows, Columns, ["--once", "--lag", "0"], ("NO_COLOR", "1"));
        Assert.Equal(0, await sandbox.EndsAsync(Cancellation));
        Assert.Contains("hedy       verified", sandbox.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Prompt, sandbox.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(Colour(), sandbox.Output);
    }

    private static void AssertFits(string screen)
    {
        var lines = Escape().Replace(screen, "").Split('\n').Select(static line => line.Trim('\r')).ToArray();
        Assert.True(lines.Length <= Rows, $"{lines.Length} lines:\n{screen}");
        Assert.All(lines, static line => Assert.True(line.Length <= Columns, $"{line.Length} columns: {line}"));
    }

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Colour();

    [GeneratedRegex(@"\e\[[0-9;?]*[a-zA-Z]|\e[=>]|\e\][^\a]*\a")]
    private static partial Regex Escape();
}

using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Support;

public class ChildProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Collects_both_outputs_and_the_exit_code()
    {
        await using var process = Shell("echo out; echo error >&2; exit 7");

        Assert.Equal(7, await process.WaitForExitAsync(Limit, Cancellation));
        Assert.Equal(7, process.ExitCode);
        Assert.Equal(["out"], process.Output);
        Assert.Equal(["error"], process.Errors);
    }

    [Fact]
    public async Task Hands_on_nothing_but_the_environment_it_was_given()
    {
        var environment = new Dictionary<string, string> { ["ONE"] = "1" };

        var output = await ChildProcess.RunAsync("/bin/sh", ["-c", "echo $ONE$HOME$DOTNET_ROOT"], Limit, environment, Cancellation);

        Assert.Equal("1", output);
    }

    [Fact]
    public async Task Terminate_lets_it_end_in_its_own_way()
    {
        await using var process = Shell("trap 'echo bye; exit 3' TERM; echo ready; while :; do read -r _; done");
        await IsReadyAsync(process);

        process.Terminate();

        Assert.Equal(3, await process.WaitForExitAsync(Limit, Cancellation));
        Assert.Contains("bye", process.Output);
    }

    [Fact]
    public async Task Kill_ends_even_a_paused_one()
    {
        await using var process = Shell("echo ready; read -r _");
        await IsReadyAsync(process);
        process.Pause();

        await process.KillAsync();

        Assert.Equal(128 + 9, process.ExitCode);
    }

    [Fact]
    public async Task Pause_stops_it_and_resume_lets_it_go_on()
    {
        await using var process = Shell("echo ready; read -r _");
        await IsReadyAsync(process);

        process.Pause();
        await Eventually.IsTrueAsync("it is stopped", () => Task.FromResult(State(process) == 'T'), cancellation: Cancellation);

        process.Resume();
        await Eventually.IsTrueAsync("it goes on", () => Task.FromResult(State(process) != 'T'), cancellation: Cancellation);
    }

    [Fact]
    public async Task One_that_does_not_end_is_described_with_its_last_output()
    {
        await using var process = Shell("echo the last words; read -r _");
        await Eventually.IsTrueAsync("it spoke", () => Task.FromResult(process.Output.Count > 0), cancellation: Cancellation);

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => process.WaitForExitAsync(TimeSpan.FromMilliseconds(1), Cancellation));

        Assert.Contains("the last words", failure.Message, StringComparison.Ordinal);
    }

    private static ChildProcess Shell(string script) => ChildProcess.Start("/bin/sh", ["-c", script]);

    private static Task IsReadyAsync(ChildProcess process)
        => Eventually.IsTrueAsync("it is ready", () => Task.FromResult(process.Output.Contains("ready")), cancellation: Cancellation);

    // proc(5): the field after the name in parentheses; T is stopped by a signal.
    private static char State(ChildProcess process) => File.ReadAllText($"/proc/{process.Id}/stat").Split(") ")[^1][0];
}

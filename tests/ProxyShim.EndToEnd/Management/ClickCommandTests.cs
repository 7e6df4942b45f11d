using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ProxyShim.EndToEnd.Harness;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.EndToEnd.Management;

/// <summary><c>proxyshim clicks …</c> against a running shim: what it has written is in the conversion.</summary>
[RedisSuite]
public sealed class ClickCommandTests(TestRedis redis)
{
    private const string Token = "a token of the management";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_gets_in_and_its_clicks_are_converted()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Token", Token));
        using var folder = new TemporaryFolder();
        string[] keys = [.. Enumerable.Range(0, 1500).Select(_ => Stand.NewKey())];
        var (table, packed) = (Path.Combine(folder.Path, "clicks.csv"), Path.Combine(folder.Path, "clicks.ndjson.gz"));
        await File.WriteAllTextAsync(table, $"customer_key,xid,partner_key\n{keys[0]},X0,partner\n{keys[1]}\n", Cancellation);
        await using (var zip = new GZipStream(File.Create(packed), CompressionLevel.Fastest))
        {
            await zip.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(keys.Select((key, i) => $"{{\"customer_key\":\"{key}\",\"xid\":\"X{i}\"}}\n"))), Cancellation);
        }

        var trial = await stand.RunProgramAsync(["clicks", "import", "--dry-run", table], Cancellation);
        Assert.Equal((0, """{"read":2,"written":1,"same":0,"older":0,"bad_count":1,"bad":[{"line":3,"reason":"The row cannot be read; write as many fields as the header has, and a quotation mark in a field twice."}]}"""),
            (trial.ExitCode, trial.Output));
        Assert.StartsWith($"{table}:3: The row cannot be read", trial.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(await stand.Redis.KeysAsync(), key => key.Contains("click:", StringComparison.Ordinal));

        var (exitCode, output, _) = await stand.RunProgramAsync(["clicks", "import", table, packed], Cancellation);
        Assert.Equal(0, exitCode);
        var reports = output.Split('\n').Select(line => JsonElement.Parse(line)).ToArray();
        Assert.Equal([1, 1500], reports.Select(report => report.GetProperty("written").GetInt64() + report.GetProperty("same").GetInt64()));
        Assert.Equal("converted", (await stand.PostAsync(Stand.Body(keys[1499]), Cancellation)).Outcome);
        Assert.Equal("X1499", Assert.Single(stand.Conversions).Xid);
        var told = await stand.Shim.WaitForLogAsync("the import is told", line => Event(line) == "ClicksImported" && line.GetProperty("Read").GetInt64() == 1500, Cancellation);
        Assert.Equal("default", told.GetProperty("By").GetString());
    }

    [Theory]
    [InlineData("{0}", "[########################################] 100 % 0.0 MB")]
    [InlineData("- < {0}", "- 0.0 MB")]
    public async Task On_a_terminal_one_sees_how_far_it_is(string from, string seen)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Token", Token));
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "clicks.csv");
        await File.WriteAllTextAsync(file, $"customer_key,xid\n{Stand.NewKey()},X0\n", Cancellation);
        var program = (await PublishedShim.LocateAsync()).Path;

        await using var terminal = ShimProcess.Launch(
            new(Require.Program("script", "bsdutils"), IsNative: true),
            stand.SettingsWith(("Management:Url", stand.Shim.ManagementUrl), ("SHELL", "/bin/sh")),
            "-qefc", $"'{program}' clicks import {string.Format(CultureInfo.InvariantCulture, from, $"'{file}'")}", "/dev/null");

        Assert.Equal(0, await terminal.WaitForExitAsync(Cancellation));
        Assert.Contains(terminal.Output, line => line.EndsWith(seen, StringComparison.Ordinal));
        Assert.Contains(terminal.Output, static line => line.Contains("\"written\":1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_click_is_put_shown_and_taken_away()
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Token", Token));
        const string key = "a key/with anything";

        Assert.Equal((0, "written"), Of(await stand.RunProgramAsync(["clicks", "put", key, "X1"], Cancellation)));
        var (exitCode, shown) = Of(await stand.RunProgramAsync(["clicks", "get", key], Cancellation));
        Assert.Equal((0, "X1"), (exitCode, JsonElement.Parse(shown).GetProperty("xid").GetString()));
        Assert.Equal((0, "deleted"), Of(await stand.RunProgramAsync(["clicks", "delete", key], Cancellation)));
        Assert.Equal((1, ""), Of(await stand.RunProgramAsync(["clicks", "get", key], Cancellation)));

        static (int, string) Of((int ExitCode, string Output, string Errors) run) => (run.ExitCode, run.Output);
    }

    [Theory]
    [InlineData("clicks import /nonexistent/file", 1, "/nonexistent/file")]
    [InlineData("clicks import --dryrun", 64, "'--dryrun' is not an option.")]
    [InlineData("clicks put key", 64, "Required argument missing for command: 'put'")]
    public async Task What_cannot_be_done_is_told(string words, int exitCode, string error)
    {
        await using var stand = await Stand.StartAsync(redis, Cancellation, ("Management:Token", Token));

        var run = await stand.RunProgramAsync(words.Split(' '), Cancellation);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(error, run.Errors, StringComparison.Ordinal);
    }

    private static string? Event(JsonElement line) => line.TryGetProperty("Event", out var name) ? name.GetString() : null;
}

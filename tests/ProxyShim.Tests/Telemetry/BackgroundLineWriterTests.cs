using System.Collections.Concurrent;
using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using ProxyShim.Telemetry.Output;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

public class BackgroundLineWriterTests
{
    // Some pipes of the system hold more than the usual 64 KiB, none more than this.
    private const int MoreThanAnyPipe = 2 * 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_arrive_whole_and_in_order()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        using var end = new AnonymousPipeClientStream(PipeDirection.Out, pipe.ClientSafePipeHandle);
        using var lines = new BackgroundLineWriter(OutputOf(end), TimeProvider.System);
        using var reader = new StreamReader(pipe);

        foreach (var number in Enumerable.Range(0, 1000))
        {
            Write(lines, $"{number}");
            Assert.Equal(0, lines.Dropped);
        }

        foreach (var number in Enumerable.Range(0, 1000))
        {
            Assert.Equal($"{number}", await reader.ReadLineAsync(Cancellation));
        }
    }

    [Fact]
    public async Task A_blocked_pipe_blocks_nobody_and_what_is_lost_is_counted_and_told()
    {
        const int Capacity = 64 * 1024;
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        using var end = new AnonymousPipeClientStream(PipeDirection.Out, pipe.ClientSafePipeHandle);
        using var lines = new BackgroundLineWriter(OutputOf(end), TimeProvider.System, Capacity);
        var written = 0;

        // Nobody reads. That the loop ends is the first half of the proof; a write that waits would hang here.
        var line = new string('x', 1000);
        while (written < MoreThanAnyPipe / line.Length || lines.Dropped == 0)
        {
            Write(lines, line);
            written++;
        }

        // Now somebody does.
        using var reader = new StreamReader(pipe);
        var kept = 0;
        var told = 0L;
        while (kept + told < written)
        {
            var text = await reader.ReadLineAsync(Cancellation);
            if (text == line)
            {
                kept++;
            }
            else
            {
                LogSchema.Hold(text!);
                var entry = JsonElement.Parse(text!);
                Assert.Equal("LogEventsDropped", entry.GetProperty("Event").GetString());
                told += entry.GetProperty("Count").GetInt64();
                Assert.Equal(told, entry.GetProperty("Total").GetInt64());
            }
        }

        Assert.Equal(lines.Dropped, told);
        Assert.InRange(told, 1, written - 1);
        Assert.Equal(written, kept + told);
    }

    [Fact]
    public async Task What_is_left_is_written_at_the_end()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        var end = new AnonymousPipeClientStream(PipeDirection.Out, pipe.ClientSafePipeHandle);
        var lines = new BackgroundLineWriter(OutputOf(end), TimeProvider.System);

        Write(lines, "last words");
        lines.Dispose();
        await end.DisposeAsync();

        using var reader = new StreamReader(pipe);
        Assert.Equal("last words\n", await reader.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task A_blocked_pipe_does_not_keep_the_program_from_ending()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        using var end = new AnonymousPipeClientStream(PipeDirection.Out, pipe.ClientSafePipeHandle);
        var lines = new BackgroundLineWriter(OutputOf(end), TimeProvider.System, MoreThanAnyPipe * 2);
        var line = new string('x', 999);
        var written = MoreThanAnyPipe / line.Length;
        for (var i = 0; i < written; i++)
        {
            Write(lines, line);
        }

        // Ends although nobody reads: that it returns is what is asserted.
        lines.Dispose();

        Write(lines, "too late");
        Assert.Equal(1, lines.Dropped);

        // Its thread still writes to the descriptor, whose number goes to the next one who opens anything: it has to have come to its end.
        using var reader = new StreamReader(pipe);
        for (var left = written + 1; left > 0; left--)
        {
            var text = await reader.ReadLineAsync(Cancellation);
            Assert.True(text == line || text?.Contains("LogEventsDropped", StringComparison.Ordinal) == true, text);
        }
    }

    [Fact]
    public async Task A_reader_who_is_gone_is_no_error_but_counted()
    {
        var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        using var end = new AnonymousPipeClientStream(PipeDirection.Out, pipe.ClientSafePipeHandle);
        using var lines = new BackgroundLineWriter(OutputOf(end), TimeProvider.System);
        await pipe.DisposeAsync();

        Write(lines, "nobody hears it");

        await Eventually.IsTrueAsync("the loss is counted", () => Task.FromResult(lines.Dropped == 1), cancellation: Cancellation);
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("full disk")]
    [InlineData("not for writing")]
    public async Task An_output_that_fails_is_no_error_but_counted_until_it_takes_lines_again(string failure)
    {
        using var failing = failure switch
        {
            "full disk" => File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite),
            "not for writing" => File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite),
            _ => null,
        };
        using var lines = new BackgroundLineWriter(new DescriptorOutput((int?)failing?.DangerousGetHandle() ?? NotOpen), TimeProvider.System);

        foreach (var number in Enumerable.Range(1, 3))
        {
            Write(lines, "nobody hears it");
            await Eventually.IsTrueAsync("the loss is counted", () => Task.FromResult(lines.Dropped == number), cancellation: Cancellation);
            Assert.True(lines.IsLosing);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(9)]
    public void A_line_that_was_cut_short_never_joins_with_the_next_one(int room)
    {
        using var disk = new Disk { Room = room };
        using (var lines = new BackgroundLineWriter(disk, TimeProvider.System))
        {
            Write(lines, "first");
            disk.WaitForWrite();
            Write(lines, "second");
            disk.WaitForWrite();
            disk.Room = int.MaxValue;
            Write(lines, "third");
        }

        var written = disk.Text.Split('\n');
        Assert.Equal("", written[^1]);
        var whole = written.Count(line => line is "first" or "second");
        Assert.Contains("third", written);
        var told = JsonElement.Parse(written.Single(line => line.StartsWith('{')));
        Assert.Equal((2 - whole, 2 - whole), (told.GetProperty("Count").GetInt32(), told.GetProperty("Total").GetInt32()));
        Assert.All(
            written[..^1].Where(line => line is not ("third" or "first" or "second") && !line.StartsWith('{')),
            torn => Assert.True(torn.Length > 0 && ("first".StartsWith(torn, StringComparison.Ordinal) || "second".StartsWith(torn, StringComparison.Ordinal)), torn));
    }

    // A number that no file has.
    private const int NotOpen = 1_000_000;

    private static DescriptorOutput OutputOf(AnonymousPipeClientStream end) => new((int)end.SafePipeHandle.DangerousGetHandle());

    private sealed class Disk : IByteOutput, IDisposable
    {
        private readonly List<byte> _written = [];
        private readonly BlockingCollection<int> _writes = [];

        public int Room { get; set; }

        public string Text => Encoding.UTF8.GetString(_written.ToArray());

        public int Write(ReadOnlySpan<byte> bytes)
        {
            var taken = Math.Min(Room, bytes.Length);
            Room -= taken;
            _written.AddRange(bytes[..taken]);
            _writes.Add(taken);
            return taken;
        }

        public void Dispose() => _writes.Dispose();

        public void WaitForWrite() => _writes.Take(Cancellation);
    }

    private static void Write(BackgroundLineWriter lines, string text) => lines.Write(Encoding.UTF8.GetBytes(text + '\n'));
}

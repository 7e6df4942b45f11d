using System.Text;
using Microsoft.Extensions.Logging;
using ProxyShim.Conversions;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Output;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Xunit;

namespace ProxyShim.Tests.Telemetry;

public sealed class RecentLinesTests
{
    private readonly RecentLines _lines = new();

    private IReadOnlyList<string> Read => [.. _lines.Read().Select(Encoding.UTF8.GetString)];

    [Fact]
    public void They_are_what_the_log_says_newest_first()
    {
        var log = new CapturedLog(recent: _lines);
        var conversion = new LoggedConversion("0123456789abcdef0123456789abcdef", "xid", "partner", "default", "4bf92f3577b34da6a3ce929d0e0e4736");

        LogEvents.DeliveryAttempted(log.Events, conversion, true, 1, AttemptResult.Sent.Name(), 200, null, default, default);
        LogEvents.ConversionSent(log.Events, conversion, true, 1, default, null, null);
        LogEvents.ConversionDead(log.Events, conversion, "refused", 1, 400, null, default);

        Assert.Equal(3, log.Lines.Count);
        Assert.Equal(log.Lines.Reverse(), Read);
    }

    [Fact]
    public void What_a_framework_says_is_not_among_them()
    {
        var log = new CapturedLog(recent: _lines);
        using var factory = new SerilogLoggerFactory(log.Logger);

        SampleLog.Sample(factory.CreateLogger("ProxyShim.Sample"), 1, new IOException());

        Assert.Single(log.Lines);
        Assert.Empty(Read);
    }

    [Fact]
    public void The_oldest_make_room_and_what_needs_a_look_stays()
    {
        Write(LogEventLevel.Error, "dead");
        for (var number = 0; number < 1000; number++)
        {
            Write(LogEventLevel.Information, $"request {number}");
        }

        Assert.Equal([.. Enumerable.Range(1, RecentLines.Capacity).Select(back => $"request {1000 - back}"), "dead"], Read);

        for (var number = 0; number < RecentLines.WarningCapacity; number++)
        {
            Write(LogEventLevel.Warning, $"phantom {number}");
        }

        Assert.DoesNotContain("dead", Read);
        Assert.Equal(RecentLines.Capacity + RecentLines.WarningCapacity, Read.Count);
    }

    [Fact]
    public void A_line_that_is_longer_than_any_of_ours_is_not_kept()
    {
        Write(LogEventLevel.Information, new string('x', RecentLines.LongestLine));
        Write(LogEventLevel.Information, new string('y', RecentLines.LongestLine + 1));

        Assert.Equal([new string('x', RecentLines.LongestLine)], Read);
    }

    [Fact]
    public void No_line_is_torn_by_many_at_once()
    {
        Parallel.For(0, 4, writer =>
        {
            for (var number = 0; number < 50_000; number++)
            {
                // One letter, and as many of it as its place in the alphabet says.
                var line = new string((char)('a' + ((number + writer) % 20)), 1 + (50 * ((number + writer) % 20)));
                Write((LogEventLevel)(2 + (number % 2)), line);
                if (number % 200 == 0)
                {
                    Assert.All(Read, line => Assert.Equal(new string(line[0], 1 + (50 * (line[0] - 'a'))), line));
                }
            }
        });
    }

    [Fact]
    public void Keeping_costs_no_memory()
    {
        var line = Encoding.UTF8.GetBytes(new string('x', 600) + "\n");
        Enumerable.Range(0, RecentLines.Capacity).ToList().ForEach(_ => _lines.Write(LogEventLevel.Information, line));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 100; count++)
        {
            _lines.Write(LogEventLevel.Information, line);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Write(LogEventLevel level, string line) => _lines.Write(level, Encoding.UTF8.GetBytes(line + "\n"));
}

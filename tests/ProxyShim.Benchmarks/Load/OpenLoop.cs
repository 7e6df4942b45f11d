using System.Net;
using System.Net.Sockets;
using ProxyShim.Benchmarks.Measure;
using ProxyShim.Benchmarks.Servers;

namespace ProxyShim.Benchmarks.Load;

/// <summary>
/// Requests at a fixed rate, evenly spaced, whether the contender keeps up or not. Latency counts from the moment a request was due, so that
/// a contender that stalls is charged for all who waited meanwhile (no coordinated omission), also for those that wait for a connection.
/// One thread, one poll, no allocation per request: the generator's own pauses would be measured as the contender's.
/// </summary>
internal sealed class OpenLoop
{
    private const long Second = 1_000_000_000;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly IPEndPoint _target;
    private readonly RequestTemplate _template;
    private readonly Connection[] _connections;
    private readonly Native.PollEntry[] _entries;
    private readonly Stack<int> _free;
    private readonly long[] _latencies;
    private readonly double _rate;
    private int _sent;
    private int _answered;
    private int _failures;

    private OpenLoop(Site site, RequestTemplate template, int connections, double rate, TimeSpan duration)
    {
        _target = new IPEndPoint(IPAddress.Loopback, site.Port);
        _template = template;
        _rate = rate;
        _latencies = new long[(int)(rate * duration.TotalSeconds)];
        _free = new Stack<int>(Enumerable.Range(0, connections));
        _connections = [.. _free.Select(_ => new Connection(_target, template))];
        _entries = [.. _connections.Select(connection => new Native.PollEntry { Descriptor = -1, Asked = Native.PollIn })];
    }

    /// <summary>Runs on a thread of its own, on the load generator's core.</summary>
    public static Task<Latencies> RunAsync(Site site, RequestTemplate template, int firstKey, int connections, double rate, TimeSpan duration) =>
        Task.Factory.StartNew(
            () =>
            {
                Native.PinThread(Cores.Generator);
                Native.WakeExactly();
                return new OpenLoop(site, template, connections, rate, duration).Run(firstKey);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    private Latencies Run(int firstKey)
    {
        var start = Now();
        while (_answered < _latencies.Length)
        {
            var next = SendDue(start, firstKey);
            Native.Wait(_entries, next);
            var before = _answered;
            ReceiveAll();
            if (before == _answered && next == Second * 30)
            {
                throw new TimeoutException($"no answer for 30 s, {_sent - _answered} requests outstanding");
            }
        }

        var elapsed = TimeSpan.FromTicks((Now() - start) / 100);
        Array.ForEach(_connections, connection => connection.Dispose());
        return new Latencies(_latencies, _failures, elapsed);
    }

    /// <returns>Nanoseconds until the next request is due, or long when only an answer can bring it on.</returns>
    private long SendDue(long start, int firstKey)
    {
        while (_sent < _latencies.Length && _free.Count > 0)
        {
            var due = start + (long)(_sent / _rate * Second);
            var now = Now();
            if (due > now)
            {
                return due - now;
            }

            var index = _free.Pop();
            var connection = _connections[index];
            connection.Due = due;
            connection.Send(firstKey + _sent++);
            _entries[index].Descriptor = connection.Descriptor;
        }

        return Second * 30;
    }

    private void ReceiveAll()
    {
        for (var index = 0; index < _entries.Length; index++)
        {
            if (_entries[index].Descriptor < 0 || _entries[index].Seen == 0)
            {
                continue;
            }

            var connection = _connections[index];
            var broken = false;
            try
            {
                if (!connection.Receive())
                {
                    continue;
                }
            }
            catch (Exception error) when (error is SocketException or EndOfStreamException)
            {
                broken = true;
            }

            _latencies[_answered++] = Now() - connection.Due;
            _failures += broken || !connection.Succeeded ? 1 : 0;
            _entries[index].Descriptor = -1;
            _entries[index].Seen = 0;
            _free.Push(index);
            if (broken)
            {
                connection.Dispose();
                _connections[index] = new Connection(_target, _template);
            }
        }
    }

    private long Now() => (long)(_time.GetTimestamp() * ((double)Second / _time.TimestampFrequency));
}

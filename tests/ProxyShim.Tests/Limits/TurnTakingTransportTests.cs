using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using ProxyShim.Limits.Turns;
using Xunit;

namespace ProxyShim.Tests.Limits;

public sealed class TurnTakingTransportTests : IDisposable
{
    private const int Piece = 4096;

    private readonly FakeTimeProvider _time = new();
    private readonly BulkTurns _turns;

    public TurnTakingTransportTests() => _turns = new BulkTurns(_time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_receives_much_waits_for_its_next_turn_after_a_turns_bytes()
    {
        var connection = new Connection(_turns);
        var begun = 0;
        for (var turn = 0; turn < 3; turn++)
        {
            Assert.Equal(BulkTurns.Bytes, begun + await connection.ReceiveUntilItWaitsAsync());
            _time.Advance(BulkTurns.Tick);
            begun = await connection.GoOnAsync();
        }
    }

    [Fact]
    public async Task Who_sends_much_waits_for_its_next_turn_after_a_turns_bytes()
    {
        var connection = new Connection(_turns);
        for (var turn = 0; turn < 3; turn++)
        {
            var sent = 0;
            ValueTask<FlushResult> flush;
            while ((flush = connection.SendAsync(Piece)).IsCompletedSuccessfully)
            {
                sent += Piece;
                await flush;
            }

            Assert.Equal(BulkTurns.Bytes, sent + Piece);
            _time.Advance(BulkTurns.Tick);
            await flush;
        }
    }

    [Fact]
    public async Task Small_exchanges_on_a_kept_connection_never_wait()
    {
        var connection = new Connection(_turns);
        for (var exchange = 0; exchange < 10 * BulkTurns.Bytes / Piece; exchange++)
        {
            Assert.True(await connection.ReceiveAsync(400));
            var sending = connection.SendAsync(Piece).AsTask();
            Assert.True(sending.IsCompletedSuccessfully);
            await sending;
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    [Fact]
    public async Task Who_moves_much_and_slowly_never_waits()
    {
        var connection = new Connection(_turns);
        for (var moved = 0; moved < 4 * BulkTurns.Bytes; moved += Piece)
        {
            Assert.True(await connection.ReceiveAsync(Piece));
            _time.Advance(TurnMeter.Span * Piece / BulkTurns.Bytes);
        }
    }

    [Fact]
    public async Task A_small_read_between_begins_no_new_turn()
    {
        var connection = new Connection(_turns);
        var received = 0;
        while (received <= BulkTurns.Bytes && await connection.ReceiveAsync(Piece) && await connection.ReceiveAsync(1))
        {
            received += Piece + 1;
        }

        Assert.InRange(received, BulkTurns.Bytes - Piece, BulkTurns.Bytes);
    }

    [Fact]
    public async Task Time_spent_waiting_for_a_turn_makes_nobody_slow()
    {
        var connection = new Connection(_turns);
        var others = Enumerable.Range(0, 2 * Environment.ProcessorCount * (int)(TurnMeter.Span / BulkTurns.Tick)).Select(_ => _turns.NextAsync()).ToArray();
        await connection.ReceiveUntilItWaitsAsync();
        while (!others[^1].IsCompleted)
        {
            _time.Advance(BulkTurns.Tick);
        }

        _time.Advance(BulkTurns.Tick);
        var begun = await connection.GoOnAsync();
        Assert.Equal(BulkTurns.Bytes, begun + await connection.ReceiveUntilItWaitsAsync());
    }

    [Fact]
    public async Task What_is_looked_at_again_is_not_counted_again()
    {
        var connection = new Connection(_turns);

        // A body that is peeked at grows in place; its reader sees the beginning each time.
        for (var piece = 0; piece < BulkTurns.Bytes / Piece - 1; piece++)
        {
            Assert.True(await connection.ReceiveAsync(Piece, consume: false));
        }
    }

    [Fact]
    public async Task Looking_again_without_anything_new_does_not_begin_a_new_turn()
    {
        var connection = new Connection(_turns);
        var received = 0;
        while (received <= BulkTurns.Bytes && await connection.ReceiveAtTheSecondLookAsync(Piece))
        {
            received += Piece;
        }

        Assert.Equal(BulkTurns.Bytes, received);
    }

    [Fact]
    public async Task Turns_come_one_a_tick_in_the_order_in_which_they_were_asked_for()
    {
        var turns = Enumerable.Range(0, 8).Select(_ => _turns.NextAsync()).ToArray();
        Assert.DoesNotContain(turns, turn => turn.IsCompleted);

        var atOnce = Math.Max(1, Environment.ProcessorCount / 4);
        for (var begun = atOnce; begun < turns.Length; begun += atOnce)
        {
            _time.Advance(BulkTurns.Tick);
            Assert.Equal(Enumerable.Range(0, turns.Length).Select(turn => turn < begun), turns.Select(turn => turn.IsCompleted));
        }

        _time.Advance(BulkTurns.Tick);
        await Task.WhenAll(turns);
    }

    [Fact]
    public async Task An_end_and_a_cancelled_read_pass_through()
    {
        var connection = new Connection(_turns);
        var reading = connection.Transport.Input.ReadAsync(Cancellation);
        connection.Transport.Input.CancelPendingRead();
        Assert.True((await reading).IsCanceled);

        await connection.Transport.Output.CompleteAsync();
        Assert.True((await connection.Sent.ReadAsync(Cancellation)).IsCompleted);
    }

    public void Dispose() => _turns.Dispose();

    private sealed class Connection
    {
        private readonly Pipe _toApp = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        private readonly Pipe _toClient = new(new PipeOptions(pauseWriterThreshold: 0));
        private ValueTask<ReadResult> _waiting;

        public Connection(BulkTurns turns) => Transport = new TurnTakingTransport(new Duplex(_toApp.Reader, _toClient.Writer), turns);

        public TurnTakingTransport Transport { get; }

        public PipeReader Sent => _toClient.Reader;

        public ValueTask<FlushResult> SendAsync(int bytes)
        {
            Transport.Output.Advance(Transport.Output.GetMemory(bytes).Length >= bytes ? bytes : 0);
            return Transport.Output.FlushAsync(Cancellation);
        }

        public async Task<bool> ReceiveAsync(int bytes, bool consume = true)
        {
            await _toApp.Writer.WriteAsync(new byte[bytes], Cancellation);
            var reading = Transport.Input.ReadAsync(Cancellation);
            if (!reading.IsCompleted)
            {
                _waiting = reading;
                return false;
            }

            var result = await reading;
            Transport.Input.AdvanceTo(consume ? result.Buffer.End : result.Buffer.Start, result.Buffer.End);
            return true;
        }

        public async Task<bool> ReceiveAtTheSecondLookAsync(int bytes)
        {
            await _toApp.Writer.WriteAsync(new byte[bytes], Cancellation);
            var looking = Transport.Input.ReadAsync(Cancellation);
            if (!looking.IsCompleted)
            {
                return false;
            }

            Transport.Input.AdvanceTo((await looking).Buffer.Start);
            Assert.True(Transport.Input.TryRead(out var result));
            Transport.Input.AdvanceTo(result.Buffer.End);
            return true;
        }

        public async Task<int> ReceiveUntilItWaitsAsync()
        {
            var received = 0;
            while (await ReceiveAsync(Piece))
            {
                received += Piece;
            }

            return received;
        }

        public async Task<int> GoOnAsync()
        {
            var result = await _waiting;
            Transport.Input.AdvanceTo(result.Buffer.End);
            return (int)result.Buffer.Length;
        }

        private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
    }
}

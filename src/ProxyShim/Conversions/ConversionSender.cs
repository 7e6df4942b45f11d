using System.Runtime.CompilerServices;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using ProxyShim.Primitives;
using ProxyShim.Telemetry;
using ProxyShim.Telemetry.Tracing;
using Outcome = Polly.Outcome;

namespace ProxyShim.Conversions;

/// <summary>Sends a conversion: inline with retries within the total budget, in the background once.</summary>
internal sealed class ConversionSender(ConversionForwarder forwarder, ConversionApiSettings settings, ConversionPipeline pipeline, TimeProvider time)
{
    // Nothing was sent, so nothing can have landed.
    private static readonly ConversionAnswer s_brokenCircuit = new(AttemptResult.NotDelivered, Error: "circuit_open");
    private static readonly ConversionAnswer s_tooLate = new(AttemptResult.NotDelivered, Error: "too_late");

    /// <summary>Sends while a legacy caller waits. Never throws for what the Conversion API or the network does; that is in the outcome.</summary>
    /// <param name="since">When the right to send began.</param>
    public ValueTask<ConversionOutcome> SendInlineAsync(ReadOnlyMemory<byte> body, Moment since, IAttemptObserver observer) =>
        SendAsync(pipeline.Inline, body, since, observer);

    /// <summary>Sends once, in the background.</summary>
    public ValueTask<ConversionOutcome> SendOnceAsync(ReadOnlyMemory<byte> body, Moment since, IAttemptObserver observer) =>
        SendAsync(pipeline.Once, body, since, observer);

    private TimeProvider Time => time;

    [AsyncMethodBuilder(typeof(PooledAsync<>))]
    private async ValueTask<ConversionOutcome> SendAsync(
        ResiliencePipeline<ConversionAnswer> strategies, ReadOnlyMemory<byte> body, Moment since, IAttemptObserver observer)
    {
        var start = time.GetTimestamp();
        var operation = new SendOperation(this, body, since, observer);

        // No caller's token: a conversion that is being sent is sent to its end, whether or not the caller still waits for the answer.
        var context = ResilienceContextPool.Shared.Get(CancellationToken.None);
        var outcome = await strategies.ExecuteOutcomeAsync(static (context, operation) => operation.AttemptAsync(context.CancellationToken), context, operation);
        ResilienceContextPool.Shared.Return(context);
        if (outcome.Exception is not (null or BrokenCircuitException or TimeoutRejectedException))
        {
            outcome.ThrowIfException();
        }

        // The breaker's and the timeouts' exceptions come between two attempts, or before the first: the last one's answer holds.
        return new ConversionOutcome(operation.LastAnswer ?? s_brokenCircuit, operation.Attempts, time.GetElapsedTime(start));
    }

    private ConversionForwarder Forwarder => forwarder;

    private ConversionPipeline Pipeline => pipeline;

    // A process that was stopped in between (a paused container, a suspended host) may find its lease run out and another worker at work.
    private bool IsTooLate(Moment since) => since.Elapsed(time) > settings.TotalTimeout;

    /// <summary>The attempts at one conversion.</summary>
    private sealed class SendOperation(ConversionSender sender, ReadOnlyMemory<byte> body, Moment since, IAttemptObserver observer)
    {
        public int Attempts { get; private set; }

        public ConversionAnswer? LastAnswer { get; private set; }

        [AsyncMethodBuilder(typeof(PooledAsync<>))]
        public async ValueTask<Outcome<ConversionAnswer>> AttemptAsync(CancellationToken cancellationToken)
        {
            if (sender.IsTooLate(since))
            {
                return Outcome.FromResult(LastAnswer ??= s_tooLate);
            }

            var start = sender.Time.GetTimestamp();
            Attempts++;
            try
            {
                using var span = Spans.Attempt(sender.Forwarder.Endpoint, Attempts);
                LastAnswer = await sender.Forwarder.SendAsync(body, cancellationToken);
                span.Tag("proxyshim.result", LastAnswer.Meaning.Name()).Ended(LastAnswer.Status, LastAnswer.Error);
                sender.Pipeline.Note(LastAnswer);
                observer.Attempted(Attempts, LastAnswer, sender.Time.GetElapsedTime(start));
                return Outcome.FromResult(LastAnswer);
            }
            catch (Exception exception)
            {
                return Outcome.FromException<ConversionAnswer>(exception);
            }
        }
    }
}

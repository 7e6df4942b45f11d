using CsCheck;
using ProxyShim.Testing;
using Xunit;

namespace ProxyShim.Tests.Ledger.Model;

/// <summary>Random interleavings of everything that can happen to a few customers, against a real Redis.</summary>
/// <remarks>
/// A hundred of them take some seconds; <c>CsCheck_Iter</c> in the environment asks for more. A failure is shrunk, and told with its seed;
/// <c>CsCheck_Seed</c> runs that one again.
/// </remarks>
[RedisSuite]
public class LedgerModelTests(TestRedis redis) : LedgerFixture(redis)
{
    // What is rare in life is rare here, so that a run gets somewhere before something ends it.
    private static readonly Gen<Act> s_act = Gen.Frequency(
        (6, Act.Post), (5, Act.Take), (4, Act.Seek), (4, Act.Look), (8, Act.Send), (8, Act.Settle), (3, Act.Report), (5, Act.Review), (6, Act.Read), (6, Act.Judge),
        (2, Act.Crash), (6, Act.PassTime), (1, Act.Erase), (2, Act.Replay), (1, Act.Discard));

    private static readonly Gen<Loss> s_loss = Gen.Frequency((8, Loss.None), (1, Loss.Command), (1, Loss.Reply));

    private static readonly Gen<Step[]> s_steps = Gen
        .Select(s_act, Gen.Int[0, ModelRun.Customers - 1], Gen.Int[0, ModelRun.Actors - 1], Gen.Int[0, 9], s_loss)
        .Select((act, customer, actor, choice, loss) => new Step(act, customer, actor, choice, loss))
        .Array[0, 80];

    private int _worlds;

    [Fact]
    public Task Nothing_is_lost_and_with_a_key_pair_nothing_is_sent_twice() => SampleAsync(With);

    [Fact]
    public Task Without_a_key_pair_nothing_is_lost() => SampleAsync(Without);

    private Task SampleAsync(LedgerUnderTest under) => s_steps.SampleAsync(
        steps => new ModelRun(under, $"{Interlocked.Increment(ref _worlds)}").RunAsync(steps),
        writeLine: line => TestContext.Current.TestOutputHelper?.WriteLine(line),
        threads: 1,
        print: steps => string.Join(Environment.NewLine, steps.Select(step => $"{step}")));
}

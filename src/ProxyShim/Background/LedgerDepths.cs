using ProxyShim.Ledger;

namespace ProxyShim.Background;

/// <summary>What waits in the ledger, as the last look saw it.</summary>
/// <param name="Due">Jobs to be sent.</param>
/// <param name="Unverified">Conversions to be read back.</param>
/// <param name="Dead">Dead letters.</param>
/// <param name="OldestDueAge">How long the first due job has been overdue; zero when none is.</param>
/// <param name="WithCalls">Customers with kept calls.</param>
/// <param name="DeadCalls">Dead calls.</param>
/// <param name="OldestCallAge">How long a customer's calls have waited at most, since they came or since one was played; zero when none waits.</param>
/// <param name="Held">Customers whose click is looked for.</param>
internal sealed record LedgerDepths(
    long Due, long Unverified, long Dead, TimeSpan OldestDueAge, long WithCalls = 0, long DeadCalls = 0, TimeSpan OldestCallAge = default, long Held = 0)
{
    public static LedgerDepths Of(PartitionSurvey[] surveys) => new(
        surveys.Sum(survey => survey.DueDepth),
        surveys.Sum(survey => survey.UnverifiedDepth),
        surveys.Sum(survey => survey.DeadDepth),
        surveys.Max(survey => Since(survey.OldestDue, survey.Now)),
        surveys.Sum(survey => survey.WaitingDepth),
        surveys.Sum(survey => survey.LettersDepth),
        surveys.Max(survey => Since(survey.OldestWaiting, survey.Now)),
        surveys.Sum(survey => survey.HeldDepth));

    private static TimeSpan Since(DateTimeOffset? moment, DateTimeOffset now) => moment is { } since && since < now ? now - since : TimeSpan.Zero;
}

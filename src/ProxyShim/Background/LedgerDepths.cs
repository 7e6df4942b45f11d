using ProxyShim.Ledger;

namespace ProxyShim.Background;

/// <summary>What waits in the ledger, as the last look saw it.</summary>
/// <param name="Due">Jobs to be sent.</param>
/// <param name="Unverified">Conversions to be read back.</param>
/// <param name="Dead">Dead letters.</param>
/// <param name="OldestDueAge">How long the first due job has been overdue; zero when none is.</param>
internal sealed record LedgerDepths(long Due, long Unverified, long Dead, TimeSpan OldestDueAge)
{
    public static LedgerDepths Of(PartitionSurvey[] surveys) => new(
        surveys.Sum(survey => survey.DueDepth),
        surveys.Sum(survey => survey.UnverifiedDepth),
        surveys.Sum(survey => survey.DeadDepth),
        surveys.Max(survey => survey.OldestDue is { } oldest && oldest < survey.Now ? survey.Now - oldest : TimeSpan.Zero));
}

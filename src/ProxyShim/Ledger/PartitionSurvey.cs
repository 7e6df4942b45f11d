namespace ProxyShim.Ledger;

/// <summary>What a partition has to do.</summary>
/// <param name="Partition">Which one.</param>
/// <param name="Now">Redis's clock.</param>
/// <param name="Due">Jobs whose time has come, oldest first.</param>
/// <param name="Unverified">Read-backs whose time has come, oldest first.</param>
/// <param name="DueDepth">How many jobs wait, their time come or not.</param>
/// <param name="UnverifiedDepth">How many read-backs wait.</param>
/// <param name="DeadDepth">How many dead letters there are.</param>
/// <param name="OldestDue">When the first of the jobs is or was due; null when none waits.</param>
/// <param name="Playing">Customers whose kept calls are to be looked at, longest due first.</param>
/// <param name="WaitingDepth">Customers with kept calls.</param>
/// <param name="LettersDepth">Dead calls.</param>
/// <param name="OldestWaiting">Since when the first customer's calls wait, or since when the last of them was played; null when none waits.</param>
/// <param name="Held">Held creations whose next look has come, oldest first.</param>
/// <param name="HeldDepth">How many are held.</param>
internal sealed record PartitionSurvey(
    int Partition,
    DateTimeOffset Now,
    IReadOnlyList<ConversionId> Due,
    IReadOnlyList<ConversionId> Unverified,
    long DueDepth,
    long UnverifiedDepth,
    long DeadDepth,
    DateTimeOffset? OldestDue,
    IReadOnlyList<ConversionId> Playing,
    long WaitingDepth,
    long LettersDepth,
    DateTimeOffset? OldestWaiting,
    IReadOnlyList<ConversionId> Held,
    long HeldDepth);

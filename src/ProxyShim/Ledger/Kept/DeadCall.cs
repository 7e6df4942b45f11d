namespace ProxyShim.Ledger.Kept;

/// <summary>A kept call that was given up, for a person to judge.</summary>
/// <param name="Number">Among the customer's calls.</param>
/// <param name="Call">Null when it cannot be read.</param>
/// <param name="Reason">Why: a reason of the log, and behind a space the status where there was one.</param>
internal sealed record DeadCall(ConversionId Id, int Number, DateTimeOffset DeadAt, KeptCall? Call, string Reason);

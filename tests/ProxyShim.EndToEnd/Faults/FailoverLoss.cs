namespace ProxyShim.EndToEnd.Faults;

/// <summary>What one failover has cost, by customer.</summary>
/// <param name="Acknowledged">Whom the app was told are created, before, during and after.</param>
/// <param name="AtRisk">Those of them who were acknowledged after the replica fell behind, or else shortly before the master was replaced, and by the former master.</param>
/// <param name="Lost">Acknowledged, and in the end neither at PartnerStack nor a dead letter.</param>
/// <param name="Twice">For whom more than one conversion was accepted, since the app created them once more after the failover.</param>
internal sealed record FailoverLoss(
    IReadOnlySet<string> Acknowledged, IReadOnlySet<string> AtRisk, IReadOnlyList<string> Lost, IReadOnlyList<string> Twice);

namespace ProxyShim.EndToEnd.Faults;

/// <summary>What became of the calls under one fault.</summary>
/// <param name="Customers">One each.</param>
/// <param name="WithLetters">Conversion ids of those with dead calls, in order.</param>
/// <param name="WithCalls">Conversion ids of those whom the ledger has calls of, dead or alive, in order.</param>
internal sealed record KeptCallResult(IReadOnlyList<KeptCallOutcome> Customers, IReadOnlyList<string> WithLetters, IReadOnlyList<string> WithCalls);

/// <summary>What became of a customer's calls.</summary>
/// <param name="WasErased">The app deleted the customer before PartnerStack showed it.</param>
/// <param name="Effects">The numbers of the calls that took effect, in the order in which they did; counted at the simulated PartnerStack.</param>
/// <param name="Letters">The numbers of the dead calls.</param>
internal sealed record KeptCallOutcome(bool WasErased, IReadOnlyList<int> Effects, IReadOnlyList<int> Letters);

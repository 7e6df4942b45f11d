namespace ProxyShim.Tests.Ledger.Model;

/// <summary>One thing that happens.</summary>
/// <param name="Customer">To whom.</param>
/// <param name="Actor">Who does it.</param>
/// <param name="Luck">How the APIs answer, 0–9.</param>
/// <param name="Loss">What becomes of the command to Redis.</param>
internal sealed record Step(Act Act, int Customer, int Actor, int Luck, Loss Loss);

namespace ProxyShim.Sandbox.PartnerStack;

/// <summary>How a call is worked on.</summary>
/// <param name="Commit">Whether it changes the account; a phantom is answered but does not.</param>
/// <param name="FlipTest">Whether <c>test</c> is the wrong way round.</param>
internal readonly record struct Handling(bool Commit, bool FlipTest)
{
    public static Handling Of(Fault? fault) => new(
        Commit: fault is null || fault.Landed,
        FlipTest: fault?.Kind is FaultKind.TestMismatch);
}
